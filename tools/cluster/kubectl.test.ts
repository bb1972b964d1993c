import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findKubectl, kubectlSays } from "./kubectl.ts";

describe("kubectl", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-kubectl-"));
    await script("good", 'echo "$@"; echo of the error stream >&2');
    await script("broken", "exit 1");
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A folder with a kubectl that is a shell script. */
  async function script(name: string, body: string): Promise<void> {
    await mkdir(join(folder, name));
    const path = join(folder, name, "kubectl");
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
  }

  const programs = "/programs";
  it.each([
    ["the one on the path", "good", { file: "kubectl", isOnPath: true }],
    ["the cluster's when there is none", "none", { file: "/programs/kubectl", isOnPath: false }],
    ["the cluster's when that one does not run", "broken", { file: "/programs/kubectl", isOnPath: false }],
  ])("is %s", (_what, name, found) => {
    expect(findKubectl(programs, { PATH: join(folder, name) })).toEqual(found);
  });

  it("says what it writes, about the cluster that is meant", async () => {
    const kubectl = { file: join(folder, "good/kubectl"), isOnPath: false };
    const place = { kubeconfigPath: "/kubeconfig", cwd: folder };
    expect((await kubectlSays(kubectl, ["get", "pods"], place)).split("\n").sort()).toEqual([
      "--kubeconfig /kubeconfig get pods",
      "of the error stream",
    ]);
    const missing = { file: join(folder, "none/kubectl"), isOnPath: false };
    expect(await kubectlSays(missing, [], place)).toMatch(/none\/kubectl ENOENT$/);
  });
});
