import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CredentialFile, credentialFiles, dockerConfigFolder } from "./credential-files.ts";
import type { AskHelper } from "./credential-helper.ts";
import { fileCredentials, registryCredentials } from "./file-credentials.ts";

describe("dockerConfigFolder", () => {
  it.each([
    ["the flag", { configured: "/flag", env: { DOCKER_CONFIG: "/env", HOME: "/home/me" } }, "/flag"],
    ["the variable", { env: { DOCKER_CONFIG: "/env", HOME: "/home/me" } }, "/env"],
    ["the home", { env: { DOCKER_CONFIG: "", HOME: "/home/me" } }, "/home/me/.docker"],
    ["nothing", { env: {} }, undefined],
  ])("is that of %s", (_row, options, expected) => {
    expect(dockerConfigFolder(options)).toBe(expected);
  });
});

describe("credentialFiles", () => {
  const home = { HOME: "/home/jane" };
  const session = { ...home, XDG_RUNTIME_DIR: "/run/user/1000" };
  it.each<[string, Parameters<typeof credentialFiles>[0], string[]]>([
    [
      "Docker's, then Podman's",
      { env: session },
      [
        "docker /home/jane/.docker/config.json",
        "containers /run/user/1000/containers/auth.json",
        "containers /home/jane/.config/containers/auth.json",
      ],
    ],
    [
      "those that the variables name",
      { env: { ...session, DOCKER_CONFIG: "/d", XDG_CONFIG_HOME: "/c" } },
      [
        "docker /d/config.json",
        "containers /run/user/1000/containers/auth.json",
        "containers /c/containers/auth.json",
      ],
    ],
    [
      "of Podman's, that which is named alone",
      { env: { ...session, REGISTRY_AUTH_FILE: "/auth.json" } },
      ["docker /home/jane/.docker/config.json", "containers /auth.json"],
    ],
    [
      "the folder that was configured alone",
      { configured: "/flag", env: { ...session, REGISTRY_AUTH_FILE: "/a" } },
      ["docker /flag/config.json"],
    ],
    [
      "no folder that is relative",
      { env: { ...home, XDG_RUNTIME_DIR: "run", XDG_CONFIG_HOME: "c" } },
      ["docker /home/jane/.docker/config.json", "containers /home/jane/.config/containers/auth.json"],
    ],
    ["none without a home", { env: {} }, []],
  ])("are %s", (_row, options, expected) => {
    expect(credentialFiles(options).map(({ kind, path }) => `${kind} ${path}`)).toEqual(expected);
  });
});

const { signal } = new AbortController();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-credential-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Knows all servers, each by its own name. */
const ask: AskHelper = async (_name, server) => ({ kind: "password", username: server, password: "s" });

describe("kwctl-and-oci 17: credentials of several files", () => {
  const entry = (text: string) => ({ auth: Buffer.from(text).toString("base64") });

  /** Docker's file and one of Podman, as they are given. */
  async function filesOf(docker: unknown, containers: unknown): Promise<CredentialFile[]> {
    const own = await mkdtemp(join(folder, "files-"));
    const files: CredentialFile[] = [
      { path: join(own, "config.json"), kind: "docker" },
      { path: join(own, "auth.json"), kind: "containers" },
    ];
    for (const [index, content] of [docker, containers].entries()) {
      if (content !== undefined) await writeFile(files[index]?.path ?? "", JSON.stringify(content));
    }
    return files;
  }

  const parts = {
    auths: {
      "a.test/acme/app": entry("app:p"),
      "a.test/acme": entry("acme:p"),
      "a.test": entry("all:p"),
      "docker.io/acme": entry("hub:p"),
    },
  };
  it.each<[string, unknown, unknown, string, string | undefined, string | undefined]>([
    [
      "Docker's file first",
      { auths: { "a.test": entry("docker:p") } },
      parts,
      "a.test",
      "acme/app",
      "docker",
    ],
    ["Podman's, where Docker's has none", { auths: {} }, parts, "a.test", undefined, "all"],
    ["Podman's, where Docker's is not there", undefined, parts, "a.test", "other/app", "all"],
    ["Podman's, where Docker's is broken", ["nonsense"], parts, "a.test", undefined, "all"],
    ["that of the repository", {}, parts, "a.test", "acme/app", "app"],
    ["that of the longest part", {}, parts, "a.test", "acme/other/app", "acme"],
    ["that of the registry for a name that only begins alike", {}, parts, "a.test", "acmeother/app", "all"],
    ["that of a part of Docker Hub", {}, parts, "docker.io", "acme/app", "hub"],
    [
      "none of a part for the registry itself",
      {},
      { auths: { "a.test/acme": entry("acme:p") } },
      "a.test",
      undefined,
      undefined,
    ],
    [
      "no part in Docker's own file",
      { auths: { "a.test/acme": entry("acme:p") } },
      {},
      "a.test",
      "acme/app",
      undefined,
    ],
    [
      "the helper that Podman's names",
      {},
      { credHelpers: { "a.test": "echo" } },
      "a.test",
      "acme/app",
      "a.test",
    ],
  ])("are %s", async (_row, docker, containers, registry, repository, user) => {
    const files = await filesOf(docker, containers);
    const credentials = fileCredentials({ files, ask, log: silentLogger });
    const found = await credentials.credentialFor(registry, { signal, repository });
    expect(found?.kind === "password" ? found.username : undefined).toBe(user);
  });

  it("come from where the environment says", async () => {
    const [, file] = await filesOf(undefined, { auths: { "a.test": entry("jane:p") } });
    const env = { REGISTRY_AUTH_FILE: file?.path, HOME: folder };
    const known = registryCredentials({ env, log: silentLogger });
    expect(await known.credentialFor("a.test", { signal })).toMatchObject({ username: "jane" });
    const configured = registryCredentials({ configured: folder, env, log: silentLogger });
    expect(await configured.credentialFor("a.test", { signal })).toBeUndefined();
  });
});
