import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Credential } from "./credential.ts";
import type { CredentialFile } from "./credential-files.ts";
import { type AskHelper, credentialHelpers } from "./credential-helper.ts";
import { parseDockerConfig, readEntry, sourcesFor } from "./docker-config.ts";
import { fileCredentials } from "./file-credentials.ts";

const { signal } = new AbortController();
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const password = (username: string, password: string): Credential => ({
  kind: "password",
  username,
  password,
});

let folder = "";
let helpers = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-credentials-"));
  helpers = join(folder, "bin");
  await mkdir(helpers);
  await helper(
    "echo",
    `read -r server; printf '{"ServerURL":"%s","Username":"%s","Secret":"s"}' "$server" "$server"`,
  );
  await helper("token", `printf '{"Username":"<token>","Secret":"identity"}'`);
  await helper("fails", "echo 'credentials not found' >&2; exit 1");
  await helper("empty", `printf '{"Username":"","Secret":""}'`);
  await helper("nonsense", "echo secret-nonsense");
  await helper("endless", "exec cat /dev/zero");
  await helper("hangs", "exec sleep 1000");
  await helper("leaves", "sleep 2 & exec sleep 1000");
  await helper(
    "hub",
    `read -r server; [ "$server" = https://index.docker.io/v1/ ] || exit 1; printf '{"Username":"hub","Secret":"s"}'`,
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function helper(name: string, script: string): Promise<void> {
  const path = join(helpers, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n[ "$1" = get ] || exit 2\n${script}\n`);
  await chmod(path, 0o755);
}

const runner = (timeoutMs?: number): AskHelper =>
  credentialHelpers({
    env: { PATH: `${helpers}${delimiter}/usr/bin${delimiter}/bin` },
    ...(timeoutMs !== undefined && { timeoutMs }),
  }).get;

const dockerFile = (folder: string): CredentialFile[] => [
  { path: join(folder, "config.json"), kind: "docker" },
];

/** The credential that a configuration gives, and what was logged. */
async function ask(registry: string, config: unknown) {
  const own = await mkdtemp(join(folder, "config-"));
  await writeFile(join(own, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  const lines: LogLine[] = [];
  const log = createLogger({ level: "debug", target: "test", write: (line) => lines.push(line) });
  const credentials = fileCredentials({ files: dockerFile(own), ask: runner(), log });
  return { credential: await credentials.credentialFor(registry, { signal }), lines };
}

describe("kwctl-and-oci 17: credentials of config.json", () => {
  const auths = (name: string, text = "jane:secret") => ({ auths: { [name]: { auth: base64(text) } } });
  it.each<[string, string, unknown, Credential | undefined]>([
    ["exact host", "a.test:5000", auths("a.test:5000"), password("jane", "secret")],
    ["host with scheme and path", "a.test", auths("https://a.test/v2/"), password("jane", "secret")],
    ["host with scheme", "a.test:5000", auths("http://a.test:5000"), password("jane", "secret")],
    ["other port", "a.test:5000", auths("a.test"), undefined],
    ["path without scheme", "a.test", auths("a.test/v2"), undefined],
    ["Docker Hub's old name", "docker.io", auths("https://index.docker.io/v1/"), password("jane", "secret")],
    ["Docker Hub's API", "docker.io", auths("registry-1.docker.io"), password("jane", "secret")],
    ["password with colons", "a.test", auths("a.test", "jane:a:b"), password("jane", "a:b")],
    ["password that is empty", "a.test", auths("a.test", "jane:"), password("jane", "")],
    [
      "no padding",
      "a.test",
      { auths: { "a.test": { auth: base64("jane:secret").replace(/=+$/, "") } } },
      password("jane", "secret"),
    ],
    [
      "user and password",
      "a.test",
      { auths: { "a.test": { username: "jane", password: "p" } } },
      password("jane", "p"),
    ],
    [
      "identity token first",
      "a.test",
      { auths: { "a.test": { auth: base64("j:p"), identitytoken: "t" } } },
      { kind: "identity-token", token: "t" },
    ],
    ["token as user", "a.test", auths("a.test", "<token>:t"), { kind: "identity-token", token: "t" }],
    [
      "exact before normal form",
      "a.test",
      { auths: { "https://a.test": { auth: base64("x:y") }, ...auths("a.test").auths } },
      password("jane", "secret"),
    ],
    [
      "helper of the host",
      "a.test",
      { credHelpers: { "a.test": "echo" }, ...auths("a.test") },
      password("a.test", "s"),
    ],
    ["no helper for another host", "a.test", { credHelpers: { "b.test": "echo" } }, undefined],
    [
      "helper that fails, then the entry",
      "a.test",
      { credHelpers: { "a.test": "fails" }, ...auths("a.test") },
      password("jane", "secret"),
    ],
    [
      "helper that is missing, then the store",
      "a.test",
      { credHelpers: { "a.test": "missing" }, credsStore: "echo" },
      password("a.test", "s"),
    ],
    [
      "entry before the store",
      "a.test",
      { credsStore: "echo", ...auths("a.test") },
      password("jane", "secret"),
    ],
    [
      "empty entry, then the store",
      "a.test",
      { credsStore: "echo", auths: { "a.test": {} } },
      password("a.test", "s"),
    ],
    [
      "bad entry, then the store",
      "a.test",
      { credsStore: "echo", auths: { "a.test": { auth: "%" } } },
      password("a.test", "s"),
    ],
    [
      "null entry, then the store",
      "a.test",
      { credsStore: "echo", auths: { "a.test": null } },
      password("a.test", "s"),
    ],
    ["helper with a token", "a.test", { credsStore: "token" }, { kind: "identity-token", token: "identity" }],
    ["helper without a secret", "a.test", { credsStore: "empty" }, undefined],
    ["store that knows Docker Hub", "docker.io", { credsStore: "hub" }, password("hub", "s")],
    [
      "helper of Docker Hub",
      "docker.io",
      { credHelpers: { "https://index.docker.io/v1/": "hub" } },
      password("hub", "s"),
    ],
    [
      "helper of Docker Hub under another name",
      "docker.io",
      { credHelpers: { "index.docker.io": "hub" } },
      password("hub", "s"),
    ],
    ["a key that objects have", "a.test", { credHelpers: {}, auths: {} }, undefined],
    ["nothing known", "a.test", {}, undefined],
    ["nulls", "a.test", { auths: null, credHelpers: null, credsStore: null }, undefined],
    ["helper from elsewhere", "a.test", { credsStore: "../../bin/echo" }, undefined],
  ])("%s", async (_row, registry, config, credential) => {
    expect((await ask(registry, config)).credential).toEqual(credential);
  });

  it.each<[string, unknown]>([
    ["no JSON", '{"auths": {"a.test": {"auth": "SECRET"}'],
    ["a list", ["SECRET"]],
    ["texts for objects", { auths: "SECRET" }],
    ["an entry that is a text", { auths: { "a.test": "SECRET" } }],
    ["an auth that is a number", { auths: { "a.test": { auth: 12345 } } }],
    ["an auth that is not base64", { auths: { "a.test": { auth: "SECRET!" } } }],
    ["an auth without colon", { auths: { "a.test": { auth: base64("SECRET") } } }],
    ["a helper that answers no JSON", { credsStore: "nonsense" }],
    ["a helper that answers without end", { credsStore: "endless" }],
    ["a helper that fails", { credsStore: "fails" }],
    ["a helper that is missing", { credsStore: "missing" }],
  ])("%s: says so at debug level, keeps secrets, and goes on anonymously", async (_row, config) => {
    const { credential, lines } = await ask("a.test", config);
    expect(credential).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: "debug", message: "registry credentials cannot be used" });
    expect(JSON.stringify(lines)).not.toMatch(/SECRET|secret|12345|U0VDUkVU/);
  });

  it("no file, no folder and a folder in its place are no credentials", async () => {
    const log = silentLogger;
    await mkdir(join(folder, "odd/config.json"), { recursive: true });
    for (const files of [dockerFile(join(folder, "nowhere")), dockerFile(join(folder, "odd")), []]) {
      const credentials = fileCredentials({ files, ask: runner(), log });
      expect(await credentials.credentialFor("a.test", { signal })).toBeUndefined();
    }
  });

  it("are read again when the file has changed, in place or put in its place", async () => {
    const own = await mkdtemp(join(folder, "changing-"));
    const path = join(own, "config.json");
    const credentials = fileCredentials({ files: dockerFile(own), ask: runner(), log: silentLogger });
    const user = async () => (await credentials.credentialFor("a.test", { signal }))?.kind;
    expect(await user()).toBeUndefined();
    await writeFile(path, JSON.stringify(auths("a.test")));
    expect(await user()).toBe("password");
    await writeFile(path, JSON.stringify(auths("b.test")));
    expect(await user()).toBeUndefined();
    await writeFile(`${path}.new`, (await readFile(path, "utf8")).replace("b.test", "a.test"));
    await rename(`${path}.new`, path);
    expect(await user()).toBe("password");
  });

  it("stop when the caller does", async () => {
    const own = await mkdtemp(join(folder, "stopped-"));
    await writeFile(join(own, "config.json"), JSON.stringify({ credsStore: "hangs" }));
    const controller = new AbortController();
    const credentials = fileCredentials({ files: dockerFile(own), ask: runner(), log: silentLogger });
    const asked = credentials.credentialFor("a.test", { signal: controller.signal });
    const reason = new Error("stopped");
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });
});

describe("credentialHelpers", () => {
  it.each([["hangs"], ["leaves"]])("kills a helper that takes too long: %s", async (name) => {
    await expect(runner(50)(name, "a.test", { signal })).rejects.toThrow(
      `docker-credential-${name} did not answer within 50 ms`,
    );
  });

  it.each([
    ["endless", "docker-credential-endless answered more than 65536 bytes"],
    ["fails", "docker-credential-fails ended with exit code 1"],
    ["nonsense", "docker-credential-nonsense answered no JSON with Username and Secret"],
    ["missing", "spawn docker-credential-missing ENOENT"],
    ["a/b", '"a/b" is not the name of a helper'],
  ])("refuses the answer of %s", async (name, message) => {
    await expect(runner()(name, "a.test", { signal })).rejects.toThrow(message);
  });
});

describe("the readers", () => {
  it("fail only with plain errors, whatever the file holds", () => {
    const name = fc.constantFrom("a.test", "https://a.test/", "docker.io", "__proto__", "");
    const entry = fc.oneof(fc.jsonValue(), fc.record({ auth: fc.oneof(fc.string(), fc.base64String()) }));
    const config = fc.oneof(
      fc.jsonValue(),
      fc.record({
        auths: fc.dictionary(name, entry),
        credHelpers: fc.dictionary(name, fc.string()),
        credsStore: fc.string(),
      }),
    );
    fc.assert(
      fc.property(config, name, (config, registry) => {
        try {
          for (const source of sourcesFor(registry, parseDockerConfig(JSON.stringify(config))))
            if (source.kind === "entry") readEntry(source.entry);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
