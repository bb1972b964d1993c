import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import { parseSources, registryCredentials, type Sources } from "@kubewarden-ts/oci";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { standingClock } from "../support/clocks.ts";
import { connectHost } from "../support/connected-host.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { requires } from "../support/requirements.ts";
import { type Descriptor, FORMATS, type Format, pushImage, pushIndex } from "./push.ts";
import { type Registry, type RegistryOptions, startRegistry } from "./start-registry.ts";

type Options = Parameters<typeof connectHost>[0];
type Answer = Awaited<ReturnType<ReturnType<typeof testPolicy>["ask"]>>;

const alice = { user: "alice", password: "open: sesame" };
const repository = "policies/demo";
const failure = (text: string) => ({
  error: expect.stringContaining(`Callback evaluation failure: ${text}`),
});
const configOf = (architecture: string) => ({ os: "linux", architecture, config: { Env: ["A=1"] } });

/** A policy that asks the registry capabilities of a program. */
function policy(options: Options = {}) {
  const host = connectHost(options);
  const { ask } = testPolicy({ patterns: ["oci/*"], serve: host.serve });
  return {
    digest: (image: string) => ask("oci/v1/manifest_digest", image),
    manifest: (image: string) => ask("oci/v1/oci_manifest", image),
    manifestAndConfig: (image: string) => ask("oci/v1/oci_manifest_config", image),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

/** What `sources.yml` says. */
const sourcesOf = (content: object): Promise<Sources> => parseSources(JSON.stringify(content));
const insecure = (...hosts: string[]) => sourcesOf({ insecure_sources: hosts });

describe.skipIf(requires("registry").skip)("questions about images of a real registry", () => {
  let registry: Registry;
  let relay: Relay;
  const pushed: Record<string, { image: Descriptor; index: Descriptor }> = {};
  beforeAll(async () => {
    registry = await startRegistry();
    relay = await startRelay(registry);
    for (const format of ["oci", "docker"] as const) pushed[format] = await pushBoth(format);
  });
  afterAll(async () => {
    await relay?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
  });

  /** An image for arm64, and an index of it and of one for amd64. */
  async function pushBoth(format: Format): Promise<{ image: Descriptor; index: Descriptor }> {
    const push = async (architecture: string) => ({
      manifest: await pushImage(registry, { repository, format, config: configOf(architecture) }),
      platform: { os: "linux", architecture },
    });
    const [arm, amd] = [await push("arm64"), await push("amd64")];
    await pushImage(registry, { repository, tag: format, format, config: configOf("arm64") });
    const tag = `${format}-index`;
    const index = await pushIndex(registry, { repository, tag, format, manifests: [arm, amd] });
    return { image: arm.manifest, index };
  }

  const named = (tag: string) => `${relay.host}/${repository}${tag}`;

  it.each<Format>(["oci", "docker"])(
    "policy-runtime 39: answers about an image of the %s formats",
    async (format) => {
      await using asking = policy({ sources: await insecure(relay.host) });
      const { image } = pushed[format] ?? expect.fail();
      const { manifest: mediaType, config, layer } = FORMATS[format];
      const manifest = {
        schemaVersion: 2,
        mediaType,
        config: { mediaType: config, digest: expect.any(String), size: expect.any(Number) },
        layers: [{ mediaType: layer, digest: expect.any(String), size: 5 }],
      };
      for (const reference of [named(`:${format}`), named(`@${image.digest}`)]) {
        expect(await asking.digest(reference)).toEqual({ answer: { digest: image.digest } });
        expect(await asking.manifest(reference)).toEqual({ answer: manifest });
        expect(await asking.manifestAndConfig(reference)).toEqual({
          answer: { manifest, digest: image.digest, config: configOf("arm64") },
        });
      }
    },
  );

  it.each<Format>(["oci", "docker"])(
    "policy-runtime 39: answers about an index of the %s formats",
    async (format) => {
      await using asking = policy({ sources: await insecure(relay.host) });
      const { index, image } = pushed[format] ?? expect.fail();
      const reference = named(`:${format}-index`);
      const { index: mediaType, manifest } = FORMATS[format];
      const entry = (architecture: string) => ({
        ...{ mediaType: manifest, digest: expect.any(String), size: expect.any(Number) },
        platform: { os: "linux", architecture },
      });
      const manifests = [entry("arm64"), entry("amd64")];
      expect(await asking.digest(reference)).toEqual({ answer: { digest: index.digest } });
      expect(await asking.manifest(reference)).toEqual({
        answer: { schemaVersion: 2, mediaType, manifests },
      });
      expect(await asking.manifestAndConfig(reference)).toMatchObject({
        answer: { manifest: { mediaType: manifest }, config: configOf("amd64") },
      });
      await using arm = policy({
        sources: await insecure(relay.host),
        platform: { os: "linux", architecture: "arm64" },
      });
      expect(await arm.manifestAndConfig(reference)).toMatchObject({
        answer: { digest: image.digest, config: configOf("arm64") },
      });
      await using other = policy({
        sources: await insecure(relay.host),
        platform: { os: "plan9", architecture: "amd64" },
      });
      expect(await other.manifestAndConfig(reference)).toEqual(
        failure(
          "Fail to interact with OCI registry: Image manifest not found: no entry found in image index manifest",
        ),
      );
    },
  );

  it("policy-runtime 39, 44: a hundred equal questions are one request, and the answer is kept for 60 s", async () => {
    const clock = standingClock();
    await using asking = policy({ sources: await insecure(relay.host), clock });
    const path = new RegExp(`/v2/${repository}/manifests/oci$`);
    const requests = () => relay.count("HEAD", path) + relay.count("GET", path);
    const before = requests();
    const answer = { answer: { digest: pushed["oci"]?.image.digest } };
    const answers = await Promise.all(Array.from({ length: 100 }, () => asking.digest(named(":oci"))));
    expect(answers).toEqual(answers.map(() => answer));
    clock.nowMs += 59_999;
    expect(await asking.digest(named(":oci"))).toEqual(answer);
    expect(requests() - before).toBe(1);
    clock.nowMs += 1;
    expect(await asking.digest(named(":oci"))).toEqual(answer);
    expect(requests() - before).toBe(2);
  });

  it("policy-runtime 39: a failure is kept for 10 s, and is never a success", async () => {
    const clock = standingClock();
    await using asking = policy({ sources: await insecure(relay.host), clock });
    const late = named(":late");
    const requests = () => relay.requests.filter(({ path }) => path.endsWith("/manifests/late")).length;
    const questions = [asking.digest, asking.manifest, asking.manifestAndConfig];
    const askAll = () => Promise.all(questions.map((ask) => ask(late)));
    const unknown = failure("Fail to interact with OCI registry: Registry error: url ");
    expect(await askAll()).toEqual(questions.map(() => unknown));
    const first = requests();
    const { digest } = await pushImage(registry, { repository, tag: "late", config: configOf("amd64") });
    clock.nowMs += 9_999;
    expect(await askAll()).toEqual(questions.map(() => unknown));
    expect(requests()).toBe(first);
    clock.nowMs += 1;
    expect(await askAll()).toEqual([
      { answer: { digest } },
      { answer: expect.objectContaining({ schemaVersion: 2 }) },
      { answer: expect.objectContaining({ digest }) },
    ]);
  });

  it("policy-runtime 44: a registry that hangs delays its own images and no others", async () => {
    const hanging = createServer().listen(0, "127.0.0.1");
    await once(hanging, "listening");
    const address = hanging.address();
    const host = typeof address === "object" ? `127.0.0.1:${address?.port}` : expect.fail();
    const sources = await insecure(relay.host, host);
    let answered = 0;
    const waiting: Promise<Answer>[] = [];
    {
      await using asking = policy({ sources });
      for (const image of Array.from({ length: 40 }, (_, index) => `${host}/app:${index}`)) {
        waiting.push(asking.digest(image).finally(() => answered++));
      }
      await once(hanging, "connection");
      expect(await asking.digest(named(":oci"))).toHaveProperty("answer");
      expect(await asking.manifestAndConfig(named(":oci"))).toHaveProperty("answer");
      expect(answered).toBe(0);
    }
    for (const answer of await Promise.all(waiting)) expect(answer).toHaveProperty("error");
    hanging.close();
  });

  it("policy-server 30: is reached by plain HTTP only where its host is listed", async () => {
    await using strict = policy();
    const before = relay.requests.length;
    expect(await strict.digest(named(":oci"))).toEqual(
      failure("Fail to interact with OCI registry: error sending request for url (https://"),
    );
    expect(relay.requests.length).toBe(before);
  });
});

describe.skipIf(requires("registry").skip)("images of a real registry under its own authority", () => {
  let registry: Registry;
  let folder: string;
  let digest: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "registry-authority-"));
    registry = await startRegistry({ tls: true });
    await writeFile(join(folder, "ca.pem"), registry.ca ?? "");
    ({ digest } = await pushImage(registry, { repository, tag: "v1" }));
  });
  afterAll(async () => {
    await registry?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const refused = failure("Fail to interact with OCI registry: error sending request for url (https://");
  it.each<[string, (host: string) => object, (digest: string) => unknown]>([
    ["without rules", () => ({}), () => refused],
    [
      "with the authority in a file",
      (host) => ({ source_authorities: { [host]: [{ type: "Path", path: join(folder, "ca.pem") }] } }),
      (digest) => ({ answer: { digest } }),
    ],
    [
      "with the authority in the rules",
      (host) => ({ source_authorities: { [host]: [{ type: "Data", data: registry.ca }] } }),
      (digest) => ({ answer: { digest } }),
    ],
    [
      "with the authority of another port",
      () => ({ source_authorities: { "127.0.0.1:1": [{ type: "Data", data: registry.ca }] } }),
      () => refused,
    ],
    ["listed as insecure", (host) => ({ insecure_sources: [host] }), (digest) => ({ answer: { digest } })],
  ])("policy-server 30: %s", async (_row, rules, expected) => {
    await using asking = policy({ sources: await sourcesOf(rules(registry.host)) });
    expect(await asking.digest(`${registry.host}/${repository}:v1`)).toEqual(expected(digest));
  });
});

const basic: RegistryOptions = { auth: { kind: "basic", ...alice } };
const tokens: RegistryOptions = { tls: true, auth: { kind: "token", ...alice } };

describe.skipIf(requires("registry").skip).each([
  ["Basic", basic],
  ["tokens", tokens],
])("a real registry that asks for credentials with %s", (_kind, options) => {
  let registry: Registry;
  let folder: string;
  let digest: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "registry-credentials-"));
    registry = await startRegistry(options);
    ({ digest } = await pushImage(registry, { repository, tag: "v1" }));
    await writeHelper(join(folder, "bin"));
  });
  afterAll(async () => {
    await registry?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** A credential helper that knows one host, and reads it from its input. */
  async function writeHelper(bin: string): Promise<void> {
    await mkdir(bin);
    const path = join(bin, "docker-credential-shop");
    const secret = JSON.stringify({ Username: alice.user, Secret: alice.password });
    const lines = [
      "#!/bin/sh",
      "read -r server",
      `if [ "$1 $server" = "get ${registry.host}" ]; then echo '${secret}'; else exit 1; fi`,
    ];
    await writeFile(path, `${lines.join("\n")}\n`);
    await chmod(path, 0o755);
  }

  const right = Buffer.from(`${alice.user}:${alice.password}`).toString("base64");
  const wrong = Buffer.from("alice:guess").toString("base64");
  const found = (digest: string) => ({ answer: { digest } });
  const refused = () => failure("Fail to interact with OCI registry: Not authorized: url ");
  it.each<[string, (host: string) => object | undefined, (digest: string) => unknown]>([
    ["an entry of config.json", (host) => ({ auths: { [host]: { auth: right } } }), found],
    ["an entry with a scheme", (host) => ({ auths: { [`https://${host}/v1/`]: { auth: right } } }), found],
    ["the helper of a host", (host) => ({ credHelpers: { [host]: "shop" } }), found],
    ["the helper of all hosts", () => ({ credsStore: "shop" }), found],
    [
      "an entry, where the helper is missing",
      (host) => ({ credHelpers: { [host]: "none" }, auths: { [host]: { auth: right } } }),
      found,
    ],
    ["a wrong password", (host) => ({ auths: { [host]: { auth: wrong } } }), refused],
    ["credentials of another host", () => ({ auths: { "other.test": { auth: right } } }), refused],
    ["no file", () => undefined, refused],
  ])("policy-server 30: is asked with %s", async (_row, config, expected) => {
    const own = await mkdtemp(join(folder, "docker-"));
    const content = config(registry.host);
    if (content !== undefined) await writeFile(join(own, "config.json"), JSON.stringify(content));
    const env = { PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"]}` };
    const data = { type: "Data", data: registry.ca };
    await using asking = policy({
      credentials: registryCredentials({ configured: own, env, log: silentLogger }),
      sources:
        registry.ca === undefined
          ? await insecure(registry.host)
          : await sourcesOf({ source_authorities: { [registry.host]: [data] } }),
    });
    const answer = await asking.digest(`${registry.host}/${repository}:v1`);
    expect(answer).toEqual(expected(digest));
    expect(JSON.stringify(answer)).not.toContain(alice.password);
  });
});
