import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { join } from "node:path";
import { moduleLayerType } from "@kubewarden-ts/policy-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildPolicies } from "../../policies/build.ts";
import { digestOf, pushImage } from "../registry/push.ts";
import { type Signed, signatureLayers } from "../registry/signature-layers.ts";
import { requires } from "../support/requirements.ts";
import { moduleNamed, openSigningGround, type SigningGround } from "./signing-ground.ts";

describe.skipIf(requires("registry").skip)("signed policies in a real registry", () => {
  let ground: SigningGround;
  let signed: Signed;
  beforeAll(async () => {
    ground = await openSigningGround();
    signed = await ground.push("good");
    const { flags, file } = ground;
    await succeeds([
      ...["sign", ground.uri(signed), flags.sources, flags.trust],
      `--identity-token=${file("token")}`,
    ]);
  });
  afterAll(() => ground?.[Symbol.asyncDispose]());

  async function succeeds(args: readonly string[], home?: string) {
    const ended = await ground.kwctl(args, home === undefined ? {} : { home });
    expect(ended).toMatchObject({ exitCode: 0 });
    return ended;
  }

  it("kwctl-and-oci 6, 10: kwctl signs, verifies, pulls, runs", async () => {
    const { uri, flags, file } = ground;
    const args = [uri(signed), flags.sources, flags.verification, flags.trust];
    const verified = await succeeds(["verify", ...args]);
    expect(verified.stdout).toBe("");
    expect(verified.stderr).toMatch(/ INFO \S*: Policy successfully verified\n$/);
    const pulled = await succeeds(["pull", ...args]);
    expect(pulled.stdout).toBe("");
    expect(pulled.stderr).toContain("Local checksum successfully verified");
    const { stdout } = await succeeds(["run", ...args, "-r", file("request.json")]);
    expect(stdout).toContain('"allowed":true');
  });

  it("kwctl-and-oci 9: the default file turns verification on, for signed and unsigned policies", async () => {
    const { uri, flags, file, kwctl } = ground;
    const env = { XDG_CONFIG_HOME: file("default-config") };
    await writeDefaultConfig(file("default-config/kubewarden"));
    const pull = async (image: Signed) =>
      await kwctl(["pull", uri(image), flags.sources, flags.trust], { env });
    const accepted = await pull(signed);
    expect(accepted).toMatchObject({ exitCode: 0, stdout: "" });
    expect(accepted.stderr).toContain("Default verification config present, using it");
    const refused = await pull(await ground.push("unsigned"));
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("no signatures found for image: ");
  });

  async function writeDefaultConfig(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "verification-config.yml"), await readFile(ground.file("verification.yml")));
  }

  it("kwctl-and-oci 24: a key needs no trust root, and its annotations must be there", async () => {
    const { uri, flags, file, registry, kwctl } = ground;
    const image = await ground.push("by-key");
    const args = ["sign", uri(image), flags.sources, `--key=${file("key.pem")}`, "-a", "env=prod"];
    const { stdout } = await succeeds(args);
    expect(stdout).toBe(`Policy successfully signed: ${registry.host}/${image.repository}@${image.digest}\n`);
    const byKey = ["verify", uri(image), flags.sources, "-k", file("key.pub")];
    await succeeds([...byKey, "-a", "env=prod"]);
    const refused = await kwctl([...byKey, "-a", "env=test"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`Error: Policy ${uri(image)} cannot be validated
Image verification failed: missing signatures
The following constraints were not satisfied:
kind: pubKey
owner: null
key: |
  -----BEGIN PUBLIC KEY-----
`);
    expect(refused.stderr).toContain('the annotation \\"env\\" is \\"prod\\"');
    await using server = await ground.server({ p: { module: uri(image) } }, "by-key-store");
    expect(await server.ask("p")).toEqual({ allowed: true });
  });

  it("kwctl-and-oci 7: a tampered file of the store is not what is run", async () => {
    const { uri, flags, file, registry } = ground;
    await succeeds(["pull", uri(signed), flags.sources], "tampered");
    const store = "tampered/.cache/kubewarden/store";
    const stored = file(join(store, "registry", registry.host, `${signed.repository}:v1`));
    const right = await readFile(stored);
    const evil = moduleNamed("good", "reject-silently");
    await writeFile(stored, evil);
    const args = ["run", uri(signed), flags.sources, flags.verification, flags.trust];
    const { stdout } = await succeeds([...args, "-r", file("request.json")], "tampered");
    expect(stdout).toContain('"allowed":true');
    expect(await readFile(stored)).toEqual(right);
    await writeFile(stored, evil);
    await using server = await ground.server({ p: { module: uri(signed) } }, store);
    expect(await server.ask("p")).toEqual({ allowed: true });
    expect(await readFile(stored)).toEqual(right);
  });

  it("kwctl-and-oci 10: a signed manifest says which bytes are the module's", async () => {
    const { registry, uri, flags, kwctl } = ground;
    const layers = ["one", "two"].map((name) => ({ bytes: moduleNamed(name), mediaType: moduleLayerType }));
    const repository = "policies/two-modules";
    const { digest } = await pushImage(registry, { repository, tag: "v1", layers });
    await ground.signKeyless({ repository, digest }, {});
    const reason = "Cannot verify local file integrity, the remote manifest doesn't have only one WASM layer";
    const args = ["pull", uri({ repository }), flags.sources, flags.verification, flags.trust];
    expect(await kwctl(args)).toMatchObject({ exitCode: 1, stdout: "", stderr: `Error: ${reason}\n` });
    const served = await ground.refusedServer({ p: { module: uri({ repository }) } });
    expect(served.exitCode).toBe(1);
    expect(served.stderr).toContain(`\nError: Verification of policy p failed: ${reason}\n`);
  });

  it("kwctl-and-oci 18: a redirect leads to the bytes that were signed, or nowhere", async () => {
    const { registry, flags, file, kwctl } = ground;
    const layers = await signatureLayers(registry, signed);
    const signatures = new Set(layers.map(({ payload }) => digestOf(payload)));
    const isModule = (url: string) =>
      url.includes("/blobs/sha256:") && !signatures.has(url.slice(url.lastIndexOf("/") + 1));
    const evil = moduleNamed("good", "reject-silently");
    await using elsewhere = await startWebServer((_request, response) => void response.end(evil));
    await using redirecting = await startWebServer(({ url = "" }, response) => {
      const { url: host } = isModule(url) ? elsewhere : registry;
      response.writeHead(307, { location: host + url }).end();
    });
    const insecure_sources = [registry.host, redirecting.host, elsewhere.host];
    await ground.write("redirecting.yml", JSON.stringify({ insecure_sources }));
    const uri = `registry://${redirecting.host}/${signed.repository}:v1`;
    const otherBytes = /Digest error: Invalid (?:digest|size)\. Expected /;
    const args = [`--sources-path=${file("redirecting.yml")}`, flags.verification, flags.trust];
    const pulled = await kwctl(["pull", uri, ...args], { home: "redirected" });
    expect(pulled).toMatchObject({ exitCode: 1, stdout: "", stderr: expect.stringMatching(otherBytes) });
    const served = await ground.refusedServer({ p: { module: uri } }, { sourcesFile: "redirecting.yml" });
    expect(served).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(otherBytes) });
  });

  it("kwctl-and-oci 8, 23: nothing is used unverified where the trust root is missing", async () => {
    const { uri, flags, file, kwctl, refusedServer } = ground;
    await ground.write("no-root.json", "{}");
    const args = ["pull", uri(signed), flags.sources, flags.verification];
    const noRoot = `--sigstore-trust-config=${file("no-root.json")}`;
    const problem = `${file("no-root.json")} missing trusted_root field`;
    expect(await kwctl([...args, noRoot])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`Error: Sigstore PKI file ${problem}`),
    });
    const policies = { p: { module: uri(signed) } };
    expect(await refusedServer(policies, { args: [noRoot] })).toMatchObject({
      exitCode: 1,
      stderr: `Error: Sigstore trust config file ${problem}\n`,
    });
    // nobody listens there
    const env = { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };
    const missing = "Error building Sigstore trust root: ";
    expect(await kwctl(args, { env })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`Error: Policy ${uri(signed)} cannot be validated\n${missing}`),
    });
    const cache = `--sigstore-cache-dir=${file("no-cache")}`;
    expect(await refusedServer(policies, { args: [cache], env })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`Error: Policy 'p' cannot be verified: ${missing}`),
    });
  });

  it("policy-runtime 38: a policy that verifies images has the trust root of its program", async () => {
    const { registry, file, flags, kwctl, signKeyless, startServer } = ground;
    const [built] = await buildPolicies({ only: ["verify-image-signatures"] });
    const module = `file://${built?.path}`;
    const app = await ground.push("app");
    await signKeyless(app, {});
    const image = `${registry.host}/${app.repository}:v1`;
    const settingsFor = (owner: string) => {
      const keylessPrefix = [{ issuer: "https://issuer.test", url_prefix: `https://github.com/${owner}` }];
      return { signatures: [{ image: `${registry.host}/*`, keylessPrefix }] };
    };
    const review = podReview(image);
    await ground.write("pod.json", review);
    const run = async (owner: string) => {
      const settings = JSON.stringify(settingsFor(owner));
      const args = ["run", module, "-r", file("pod.json"), "--settings-json", settings];
      const { stdout } = await kwctl([...args, flags.sources, flags.trust]);
      return stdout;
    };
    expect(await run("acme")).toContain('"allowed":true');
    const refusal = "Image verification failed: missing signatures";
    expect(await run("other")).toContain(refusal);
    const policies = Object.fromEntries(
      ["acme", "other"].map((owner) => [
        owner,
        { module, settings: settingsFor(owner), hostCapabilities: ["oci/*"], allowedToMutate: true },
      ]),
    );
    await using server = await startServer(policies);
    expect(await server.ask("acme", review)).toMatchObject({ allowed: true });
    expect(await server.ask("other", review)).toMatchObject({
      allowed: false,
      status: { message: expect.stringContaining(refusal) },
    });
  });
});

/** The review of a Pod with a container. */
function podReview(image: string): string {
  const names = { group: "", version: "v1" };
  return JSON.stringify({
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: {
      ...{ uid: "u1", kind: { ...names, kind: "Pod" }, resource: { ...names, resource: "pods" } },
      ...{ operation: "CREATE", namespace: "front", name: "web", userInfo: { username: "alice" } },
      object: {
        ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "front" } },
        spec: { containers: [{ name: "web", image }] },
      },
    },
  });
}

/** A web server on the loopback address. */
async function startWebServer(answer: RequestListener) {
  const server = createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const host = typeof address === "object" ? `127.0.0.1:${address?.port}` : expect.fail();
  return {
    ...{ host, url: `http://${host}` },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
