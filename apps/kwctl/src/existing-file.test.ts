import { lstat, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { existing } from "./existing-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "existing-"));
  await writeFile(join(folder, "file"), "");
  await symlink(join(folder, "file"), join(folder, "link"));
  await symlink(join(folder, "nowhere"), join(folder, "dangling"));
  await symlink("loop", join(folder, "loop"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a file", () => {
  it.each([
    ["is there", "file", true],
    ["is there behind a link", "link", true],
    ["is there as a link that leads nowhere", "dangling", true],
    ["is there as a link to itself", "loop", true],
    ["is there in a folder that leads nowhere", "dangling/file", true],
    ["is there far below a folder that leads nowhere", "dangling/a/b/file", true],
    ["is there where a file stands in place of its folder", "file/file", true],
    ["is not there", "none", false],
    ["is not there in a folder that is none", "none/none/none", false],
    ["is not there with a name that no file can have", "x".repeat(1000), false],
  ])("kwctl-and-oci 9: %s", async (_what, name, isThere) => {
    const path = join(folder, name);
    expect(await existing(path, { lstat, realpath })).toBe(isThere ? path : undefined);
  });
});
