import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { moduleLayerType } from "@kubewarden-ts/policy-store";
import { createTestKey, layerByKey } from "@kubewarden-ts/sigstore/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pushImage } from "../registry/push.ts";
import { putSignatureLayers } from "../registry/signature-layers.ts";
import { type Registry, startRegistry } from "../registry/start-registry.ts";
import { requires } from "../support/requirements.ts";
import { type BundledProgram, bundledProgram } from "./bundled-program.ts";
import { requests } from "./guest-row.ts";
import { bareEnvironment, runToEnd } from "./run-to-end.ts";
import { startServerProgram } from "./running-server.ts";
import { moduleNamed } from "./signing-ground.ts";

const repository = "policies/private";
const user = "alice";
const password = "secret";

describe.skipIf(requires("registry").skip)("signatures in a registry that asks who it is", () => {
  const parts = new AsyncDisposableStack();
  const key = createTestKey();
  let kwctl: BundledProgram;
  let server: BundledProgram;
  let registry: Registry;
  let folder = "";
  let uri = "";
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    kwctl = parts.use(await bundledProgram("kwctl"));
    server = parts.use(await bundledProgram("policy-server"));
    registry = parts.use(await startRegistry({ auth: { kind: "basic", user, password } }));
    folder = await mkdtemp(join(tmpdir(), "signed-with-credentials-"));
    parts.defer(() => rm(folder, { recursive: true, force: true }));
    uri = `registry://${registry.host}/${repository}:v1`;
    const layers = [{ bytes: moduleNamed("private"), mediaType: moduleLayerType }];
    const { digest } = await pushImage(registry, { repository, tag: "v1", layers });
    const { payload, annotations } = await layerByKey(digest, { key });
    await putSignatureLayers(registry, { repository, digest }, [
      { payload: Buffer.from(payload), annotations: { ...annotations } },
    ]);
    const files = {
      "key.pub": key.publicKey,
      "sources.yml": JSON.stringify({ insecure_sources: [registry.host] }),
      "verification.yml": JSON.stringify({
        ...{ apiVersion: "v1", allOf: [{ kind: "pubKey", key: key.publicKey }] },
      }),
      "right/config.json": dockerConfig(password),
      "wrong/config.json": dockerConfig("guessed"),
    };
    for (const name of ["right", "wrong"]) await mkdir(file(name));
    for (const [name, text] of Object.entries(files)) await writeFile(file(name), text);
  });
  afterAll(() => parts.disposeAsync());

  const dockerConfig = (secret: string): string => {
    const auth = Buffer.from(`${user}:${secret}`).toString("base64");
    return JSON.stringify({ auths: { [registry.host]: { auth } } });
  };
  const environment = (credentials: string) => ({
    ...{ ...bareEnvironment, HOME: file("home"), DOCKER_CONFIG: file(credentials) },
  });
  const verify = (credentials: string) => {
    const args = ["verify", uri, `--sources-path=${file("sources.yml")}`, `-k=${file("key.pub")}`];
    return runToEnd(kwctl.path, args, { env: environment(credentials) });
  };
  const serverArgs = () => [
    ...["--ignore-kubernetes-connection-failure", `--policies-download-dir=${file("store")}`],
    ...[`--verification-path=${file("verification.yml")}`, `--sources-path=${file("sources.yml")}`],
  ];

  it("kwctl-and-oci 17: kwctl verifies with the credentials of DOCKER_CONFIG", async () => {
    expect(await verify("right")).toMatchObject({
      ...{ exitCode: 0, stdout: "" },
      stderr: expect.stringMatching(/ INFO \S*: Policy successfully verified\n$/),
    });
  });

  it.each([
    ["wrong ones", "wrong"],
    ["none", "none"],
  ])("kwctl-and-oci 17: kwctl does not verify with %s", async (_what, credentials) => {
    expect(await verify(credentials)).toMatchObject({
      ...{ exitCode: 1, stdout: "" },
      stderr: expect.stringContaining(`Not authorized: url http://${registry.host}/v2/${repository}/`),
    });
  });

  it("policy-server 27: the policy server verifies with the credentials of DOCKER_CONFIG", async () => {
    await using running = await startServerProgram(server.path, {
      policies: { p: { module: uri } },
      args: serverArgs(),
      env: environment("right"),
    });
    const answer: unknown = JSON.parse(await running.post("/validate/p", requests.plain));
    expect(answer).toMatchObject({ response: { allowed: true } });
  });

  it("policy-server 27: the policy server does not start with wrong ones", async () => {
    await writeFile(file("policies.yml"), JSON.stringify({ p: { module: uri } }));
    const args = [...serverArgs(), `--policies=${file("policies.yml")}`, "--port=0"];
    const ended = await runToEnd(server.path, args, { env: environment("wrong") });
    expect(ended).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("Not authorized: url ") });
  });
});
