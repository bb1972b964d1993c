import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeRegistry, startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";

let registry: FakeRegistry;
let folder = "";
beforeEach(async () => {
  registry = await startFakeRegistry({ auth: { kind: "basic", users: { alice: "open: sesame" } } });
  folder = await mkdtemp(join(tmpdir(), "kwctl-login-"));
});
afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function kwctl(line: string, stdin = "") {
  const sources = JSON.stringify({ insecure_sources: [registry.host] });
  const files = memoryFiles({ "/home/test/.config/kubewarden/sources.yaml": sources });
  const argv = line.replaceAll("HOST", registry.host).split(" ");
  return runKwctl(argv, { files, stdin, env: { DOCKER_CONFIG: folder } });
}
const kept = async () => JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
const login = "login HOST -u alice --password-stdin";

describe("kwctl login and logout", () => {
  it("keep what the registry accepts, and forget it", async () => {
    const done = await kwctl(login, "open: sesame\n");
    expect(done).toMatchObject({ code: 0, stdout: "Login Succeeded\n", stderr: "" });
    expect(done.lines).toMatchObject([{ level: "warn", fields: { path: join(folder, "config.json") } }]);
    const auth = Buffer.from("alice:open: sesame").toString("base64");
    expect(await kept()).toEqual({ auths: { [registry.host]: { auth } } });
    expect((await stat(join(folder, "config.json"))).mode & 0o777).toBe(0o600);
    registry.putImage("acme/p", { tag: "v1" });
    expect(await kwctl("digest HOST/acme/p:v1")).toMatchObject({ code: 0 });

    expect((await kwctl("logout HOST")).stdout).toBe(`Removed the credentials of ${registry.host}\n`);
    expect(await kept()).toEqual({ auths: {} });
    expect((await kwctl("logout HOST")).stdout).toBe(`Not logged in to ${registry.host}\n`);
    expect(await kwctl("digest HOST/acme/p:v1")).toMatchObject({ code: 1 });
  });

  it.each([
    ["a wrong password", login, "wrong", /^Error: .*Not authorized: url /],
    ["no password", login, "\n", /^Error: standard input holds no password\n$/],
    ["a password on the way in", "login HOST -u alice", "", /--password-stdin\n$/],
    [
      "no registry",
      "login alice -u alice --password-stdin",
      "x",
      /^Error: alice is no registry: a host has a dot/,
    ],
    ["a registry that cannot be", "login a_b.test -u a --password-stdin", "x", /a_b\.test is no registry/],
  ])("keep nothing of %s", async (_row, line, stdin, text) => {
    const { code, stdout, stderr } = await kwctl(line, stdin);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(text);
    expect(stderr).not.toContain("wrong");
    await expect(kept()).rejects.toThrow("ENOENT");
  });

  it.each(["https://HOST/v2/", "registry://HOST", "HOST/"])("take %s for the registry", async (name) => {
    expect(await kwctl(login.replace("HOST", name), "open: sesame")).toMatchObject({ code: 0 });
    expect(Object.keys((await kept()).auths)).toEqual([registry.host]);
  });
});
