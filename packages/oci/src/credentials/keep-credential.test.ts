import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Credential, toUserAndSecret } from "./credential.ts";
import { type CredentialHelpers, credentialHelpers } from "./credential-helper.ts";
import { fileCredentials } from "./file-credentials.ts";
import { eraseCredential, storeCredential } from "./keep-credential.ts";

const { signal } = new AbortController();
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const jane: Credential = { kind: "password", username: "jane", password: "open: sesame" };
const identity: Credential = { kind: "identity-token", token: "refresh" };
const janeEntry = { auth: base64("jane:open: sesame") };
const hub = "https://index.docker.io/v1/";

let root = "";
let folder = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "oci-keeping-"));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, "docker-"));
});
afterAll(() => rm(root, { recursive: true }));

const path = () => join(folder, "config.json");
const write = (config: unknown) => writeFile(path(), JSON.stringify(config), { mode: 0o644 });
const read = async (): Promise<unknown> => JSON.parse(await readFile(path(), "utf8"));

/** Helpers that keep in memory what they are told, by `<name> <server>`. */
function fakeHelpers(kept = new Map<string, Credential>()): CredentialHelpers & { kept: typeof kept } {
  return {
    kept,
    async get(name, server) {
      if (!kept.has(`${name} ${server}`)) throw new Error(`docker-credential-${name} ended with exit code 1`);
      return kept.get(`${name} ${server}`);
    },
    store: async (name, server, credential) => void kept.set(`${name} ${server}`, credential),
    erase: async (name, server) => void kept.delete(`${name} ${server}`),
  };
}

describe("storeCredential", () => {
  it.each<[string, string, Credential, unknown, unknown]>([
    ["makes the file", "a.test:5000", jane, undefined, { auths: { "a.test:5000": janeEntry } }],
    [
      "keeps what else is there",
      "a.test",
      jane,
      { psFormat: "x", auths: { "b.test": { auth: "b" } } },
      { psFormat: "x", auths: { "b.test": { auth: "b" }, "a.test": janeEntry } },
    ],
    [
      "takes the place of the old one, under all its names",
      "a.test",
      jane,
      { auths: { "https://a.test/v2/": { auth: "old" }, "a.test": { auth: "older" } } },
      { auths: { "a.test": janeEntry } },
    ],
    [
      "names Docker Hub as Docker does",
      "docker.io",
      jane,
      { auths: { "docker.io": { auth: "old" } } },
      { auths: { [hub]: janeEntry } },
    ],
    [
      "keeps an identity token as one",
      "a.test",
      identity,
      {},
      { auths: { "a.test": { identitytoken: "refresh" } } },
    ],
    ["takes null for nothing", "a.test", jane, { auths: null }, { auths: { "a.test": janeEntry } }],
  ])("%s", async (_row, registry, credential, before, after) => {
    if (before !== undefined) await write(before);
    const keeper = await storeCredential(registry, credential, { folder, helpers: fakeHelpers(), signal });
    expect(keeper).toEqual({ kind: "file", path: path() });
    expect(await read()).toEqual(after);
    const known = fileCredentials({
      files: [{ path: path(), kind: "docker" }],
      ask: fakeHelpers().get,
      log: silentLogger,
    });
    expect(await known.credentialFor(registry, { signal })).toEqual(credential);
  });

  it.each<[string, string, unknown, string, unknown]>([
    [
      "of all registries",
      "a.test",
      { credsStore: "shop" },
      "shop a.test",
      { credsStore: "shop", auths: { "a.test": {} } },
    ],
    [
      "of this registry",
      "a.test",
      { credsStore: "shop", credHelpers: { "a.test": "own" } },
      "own a.test",
      { credsStore: "shop", credHelpers: { "a.test": "own" }, auths: { "a.test": {} } },
    ],
    [
      "of Docker Hub",
      "docker.io",
      { credsStore: "shop" },
      `shop ${hub}`,
      { credsStore: "shop", auths: { [hub]: {} } },
    ],
    [
      "and leaves no secret in the file",
      "a.test",
      { credsStore: "shop", auths: { "http://a.test": { auth: "old" } } },
      "shop a.test",
      { credsStore: "shop", auths: { "a.test": {} } },
    ],
  ])("leaves it to the helper %s", async (_row, registry, before, key, after) => {
    await write(before);
    const helpers = fakeHelpers();
    const [name = ""] = key.split(" ");
    expect(await storeCredential(registry, jane, { folder, helpers, signal })).toEqual({
      kind: "helper",
      name,
    });
    expect([...helpers.kept]).toEqual([[key, jane]]);
    expect(await read()).toEqual(after);
    const known = fileCredentials({
      files: [{ path: path(), kind: "docker" }],
      ask: helpers.get,
      log: silentLogger,
    });
    expect(await known.credentialFor(registry, { signal })).toEqual(jane);
  });

  it("lets nobody else read the file, makes the folder, and leaves nothing beside it", async () => {
    folder = join(folder, "new", "folder");
    await storeCredential("a.test", jane, { folder, helpers: fakeHelpers(), signal });
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await chmod(path(), 0o644);
    await storeCredential("b.test", jane, { folder, helpers: fakeHelpers(), signal });
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(["config.json"]);
  });

  it("writes where a link leads", async () => {
    const target = join(root, "linked.json");
    await writeFile(target, "{}");
    await symlink(target, path());
    await storeCredential("a.test", jane, { folder, helpers: fakeHelpers(), signal });
    expect(JSON.parse(await readFile(target, "utf8"))).toEqual({ auths: { "a.test": janeEntry } });
  });

  it.each([
    ["no JSON", '{"auths": {"a.test": {"auth": "SECRET"}'],
    ["a list", '["SECRET"]'],
    ["another shape", '{"auths": "SECRET"}'],
  ])("leaves a file with %s alone, and tells where it is without what it holds", async (_row, text) => {
    await writeFile(path(), text);
    const options = { folder, helpers: fakeHelpers(), signal };
    for (const deed of [storeCredential("a.test", jane, options), eraseCredential("a.test", options)]) {
      const error = await deed.then(
        () => expect.fail(),
        (reason: Error) => reason,
      );
      expect(error).toMatchObject({ code: "OCI_CREDENTIALS_NOT_KEPT" });
      expect(error.message).toContain(path());
      expect(JSON.stringify([error.message, String(error.cause)])).not.toContain("SECRET");
    }
    expect(await readFile(path(), "utf8")).toBe(text);
  });

  it("gives back what it was given, whatever that is", async () => {
    const text = fc.string({ unit: "grapheme" });
    const user = text.filter((each) => !each.includes(":") && each !== "<token>");
    await fc.assert(
      fc.asyncProperty(user, text, async (username, secret) => {
        const credential: Credential = { kind: "password", username, password: secret };
        await storeCredential("a.test", credential, { folder, helpers: fakeHelpers(), signal });
        const files = [{ path: path(), kind: "docker" }] as const;
        const known = fileCredentials({ files, ask: fakeHelpers().get, log: silentLogger });
        expect(await known.credentialFor("a.test", { signal })).toEqual(credential);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses a user whose name would become a part of the password", async () => {
    const credential: Credential = { kind: "password", username: "jane:open", password: "sesame" };
    const stored = storeCredential("a.test", credential, { folder, helpers: fakeHelpers(), signal });
    await expect(stored).rejects.toMatchObject({ code: "OCI_CREDENTIALS_NOT_KEPT" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("says what the system says where it cannot write", async () => {
    await mkdir(path());
    const stored = storeCredential("a.test", jane, { folder, helpers: fakeHelpers(), signal });
    await expect(stored).rejects.toMatchObject({
      ...{ code: "OCI_CREDENTIALS_NOT_KEPT" },
      message: expect.stringContaining("Is a directory (os error 21)"),
    });
  });

  it("does not write the secret to the file where the helper fails", async () => {
    await write({ credsStore: "shop" });
    const fails = () => Promise.reject(new Error("docker-credential-shop ended with exit code 1"));
    const helpers = { ...fakeHelpers(), store: fails };
    await expect(storeCredential("a.test", jane, { folder, helpers, signal })).rejects.toMatchObject({
      ...{ code: "OCI_CREDENTIALS_NOT_KEPT", message: "the credential helper shop failed" },
      cause: { message: "docker-credential-shop ended with exit code 1" },
    });
    expect(await read()).toEqual({ credsStore: "shop" });
  });
});

describe("eraseCredential", () => {
  it.each<[string, string, unknown, boolean, unknown]>([
    [
      "forgets all names of a registry",
      "a.test",
      { auths: { "a.test": janeEntry, "https://a.test/v1/": janeEntry, "b.test": {} } },
      true,
      { auths: { "b.test": {} } },
    ],
    ["forgets Docker Hub", "docker.io", { auths: { [hub]: janeEntry } }, true, { auths: {} }],
    [
      "tells that there was none",
      "a.test",
      { auths: { "b.test": janeEntry } },
      false,
      { auths: { "b.test": janeEntry } },
    ],
  ])("%s", async (_row, registry, before, had, after) => {
    await write(before);
    expect(await eraseCredential(registry, { folder, helpers: fakeHelpers(), signal })).toBe(had);
    expect(await read()).toEqual(after);
  });

  it("has the helper forget it too", async () => {
    await write({ credsStore: "shop", auths: { "a.test": {} } });
    const helpers = fakeHelpers(
      new Map([
        ["shop a.test", jane],
        ["shop b.test", jane],
      ]),
    );
    expect(await eraseCredential("a.test", { folder, helpers, signal })).toBe(true);
    expect([...helpers.kept.keys()]).toEqual(["shop b.test"]);
    expect(await eraseCredential("a.test", { folder, helpers, signal })).toBe(false);
  });

  it("makes no file where there is none", async () => {
    expect(await eraseCredential("a.test", { folder, helpers: fakeHelpers(), signal })).toBe(false);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("credentialHelpers", () => {
  it("keeps and forgets with a helper's program", async () => {
    const bin = join(root, "bin");
    await mkdir(bin);
    const program = join(bin, "docker-credential-shelf");
    const kept = join(root, "kept.json");
    const lines = [
      "#!/bin/sh",
      'case "$1" in',
      `store) cat >"${kept}" ;;`,
      `get) cat "${kept}" ;;`,
      `erase) rm "${kept}" ;;`,
      "esac",
    ];
    await writeFile(program, lines.join("\n"));
    await chmod(program, 0o755);
    const helpers = credentialHelpers({ env: { PATH: `${bin}${delimiter}/usr/bin${delimiter}/bin` } });
    for (const credential of [jane, identity]) {
      await helpers.store("shelf", "a.test", credential, { signal });
      const { username: Username, secret: Secret } = toUserAndSecret(credential);
      expect(JSON.parse(await readFile(kept, "utf8"))).toEqual({ ServerURL: "a.test", Username, Secret });
      expect(await helpers.get("shelf", "a.test", { signal })).toEqual(credential);
    }
    await helpers.erase("shelf", "a.test", { signal });
    await expect(helpers.get("shelf", "a.test", { signal })).rejects.toThrow("ended with exit code 1");
    await expect(helpers.erase("shelf", "a.test", { signal })).rejects.toThrow("ended with exit code 1");
  });
});
