import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { wapcGuests } from "../guests/text/wapc.ts";
import { digestOf } from "../registry/push.ts";
import { type Registry, startRegistry } from "../registry/start-registry.ts";
import { startRecordingProxy } from "../support/recording-proxy.ts";
import { requires } from "../support/requirements.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type BundledProgram, bundledProgram } from "./bundled-program.ts";
import { type KwctlFolder, kwctlFolder } from "./kwctl-in-folder.ts";

const policy = asPolicy(assemble(wapcGuests.accept), { annotations: { "io.kubewarden.policy.title": "p" } });
const alice = { user: "alice", password: "open: sesame" };
const silent = { exitCode: 0, stdout: "", stderr: "" };

describe.skipIf(requires("registry").skip)("how kwctl reaches registries", () => {
  const started = new AsyncDisposableStack();
  let program: BundledProgram;
  let plain: Registry;
  let tls: Registry;
  let basic: Registry;
  let folder: KwctlFolder;
  beforeAll(async () => {
    program = started.use(await bundledProgram("kwctl"));
    plain = started.use(await startRegistry());
    tls = started.use(await startRegistry({ tls: true }));
    basic = started.use(await startRegistry({ tls: true, auth: { kind: "basic", ...alice } }));
  });
  afterAll(() => started.disposeAsync());
  beforeEach(async () => {
    folder = await kwctlFolder(program);
    await folder.write("policy.wasm", policy);
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  /** Writes the file of sources. */
  const sources = (content: object) => folder.write("sources.json", JSON.stringify(content));
  const insecure = ({ host }: Registry) => sources({ insecure_sources: [host] });
  const trusting = ({ host, ca = "" }: Registry) =>
    sources({ source_authorities: { [host]: [{ type: "Data", data: ca }] } });
  const kwctl = (line: string, env?: Record<string, string>, stdin?: string) =>
    folder.kwctl([...line.split(" "), "--sources-path", "sources.json"], env, stdin);
  const push = ({ host }: Registry, env?: Record<string, string>) =>
    kwctl(`push policy.wasm registry://${host}/acme/p:v1 -o json`, env);

  it.each<[string, () => Registry, (registry: Registry) => Promise<string>]>([
    ["by plain HTTP, when it is listed", () => plain, insecure],
    ["under an authority of its own", () => tls, trusting],
    ["without a look at its certificate, when it is listed", () => tls, insecure],
  ])("kwctl-and-oci 16: pushes to a registry and pulls back %s", async (_row, of, allow) => {
    const registry = of();
    await sources({});
    const refused = await push(registry);
    expect({ exitCode: refused.exitCode, stdout: refused.stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(refused.stderr).toContain("error sending request for url");
    await allow(registry);
    const { exitCode, stdout } = await push(registry);
    expect(exitCode).toBe(0);
    const { immutable_ref: reference } = JSON.parse(stdout);
    expect(await kwctl(`pull ${reference} -o back.wasm`)).toEqual(silent);
    expect(await readFile(join(folder.path, "back.wasm"))).toEqual(Buffer.from(policy));
    expect(
      (await kwctl(`digest ${registry.host}/acme/p:v1`)).stdout.endsWith(`${reference.split("@")[1]}\n`),
    ).toBe(true);
  });

  const requestFailed = "error sending request for url";
  it.each<[string, string, string]>([
    [
      "the reference of an image",
      "registry://HOST/acme/p:v1",
      `Fail to interact with OCI registry: ${requestFailed} (https://HOST/v2/acme/p/manifests/v1)`,
    ],
    [
      "an https URL",
      `https://HOST/v2/acme/p/blobs/${digestOf(policy)}`,
      `${requestFailed} (https://HOST/v2/acme/p/blobs/${digestOf(policy)})`,
    ],
  ])("kwctl-and-oci 14, 16: pulls by %s under the authority of that host only", async (_row, uri, text) => {
    await trusting(tls);
    expect(await push(tls)).toMatchObject({ exitCode: 0 });
    const own = (template: string) => template.replace("HOST", tls.host);
    const elsewhere = { [basic.host]: [{ type: "Data", data: tls.ca }] };
    for (const content of [{}, { source_authorities: elsewhere }]) {
      await sources(content);
      expect(await kwctl(`pull ${own(uri)}`)).toEqual({
        ...{ exitCode: 1, stdout: "" },
        stderr: expect.stringContaining(`Error: ${own(text)}\n\nCaused by:\n    unable to verify`),
      });
      expect((await folder.kwctl(["policies"])).stdout).toBe("");
    }
    await trusting(tls);
    expect(await kwctl(`pull ${own(uri)}`)).toEqual(silent);
    expect((await folder.kwctl(["policies"])).stdout).toContain(`| ${own(uri)} |`);
    const path = join(folder.store, own(uri).replace("://", "/"));
    expect(await readFile(path)).toEqual(Buffer.from(policy));
  });

  it("kwctl-and-oci 17: logs in, pushes, and logs out", async () => {
    await trusting(basic);
    const env = { DOCKER_CONFIG: join(folder.path, "docker") };
    expect((await push(basic, env)).stderr).toContain("Not authorized: url ");
    const login = `login ${basic.host} -u alice --password-stdin`;
    const wrong = await kwctl(login, env, "wrong");
    expect(wrong).toMatchObject({ exitCode: 1, stdout: "" });
    expect(wrong.stderr).toContain("Not authorized: url ");
    expect(await kwctl(login, env, "open: sesame\n")).toMatchObject({
      exitCode: 0,
      stdout: "Login Succeeded\n",
    });
    expect(await push(basic, env)).toMatchObject({ exitCode: 0 });
    const configured = `pull ${basic.host}/acme/p:v1 --docker-config-json-path docker`;
    expect(await kwctl(configured)).toEqual(silent);
    await folder.kwctl(["logout", basic.host], env);
    expect((await push(basic, env)).stderr).toContain("Not authorized: url ");
  });

  describe("kwctl-and-oci 42: proxies", () => {
    it.each<[string, () => Registry, string[], RegExp]>([
      ["HTTPS_PROXY", () => tls, ["HTTPS_PROXY"], /^CONNECT /],
      ["HTTPS_PROXY beside HTTP_PROXY", () => tls, ["HTTPS_PROXY", "HTTP_PROXY"], /^CONNECT /],
      ["http_proxy of a listed registry", () => plain, ["http_proxy"], /^PUT http:\/\/.*\/manifests\/v1/],
    ])("carry what goes to a registry: %s", async (_row, of, names, passed) => {
      const registry = of();
      await (registry === plain ? insecure : trusting)(registry);
      await using proxy = await startRecordingProxy();
      const env = Object.fromEntries(names.map((name) => [name, proxy.url]));
      expect(await push(registry, env)).toMatchObject({ exitCode: 0 });
      expect(proxy.requests).toContainEqual(expect.stringMatching(passed));
    });

    it("are left out for hosts of NO_PROXY", async () => {
      await trusting(tls);
      await using proxy = await startRecordingProxy();
      const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.0/8" };
      expect(await push(tls, env)).toMatchObject({ exitCode: 0 });
      expect(proxy.requests).toEqual([]);
    });
  });
});
