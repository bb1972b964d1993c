import { createReadStream } from "node:fs";
import {
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileSystem } from "../define-command.ts";
import { readManifests } from "./read-manifests.ts";

const files: FileSystem = {
  ...{ readFile, writeFile, realpath, stat, lstat, readdir },
  readChunks: createReadStream,
  makeFolder: (path) => mkdir(path, { recursive: true }),
};

let folder: string;
const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-scan-"));
  await mkdir(join(folder, "loop/deep"), { recursive: true });
  await writeFile(join(folder, "loop/a.yaml"), pod("a"));
  await writeFile(
    join(folder, "loop/deep/b.json"),
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"}}',
  );
  await symlink("..", join(folder, "loop/deep/up"));
  await symlink(".", join(folder, "loop/self"));
  await symlink("nowhere", join(folder, "loop/dangling.yaml"));
  await symlink("self.yaml", join(folder, "loop/self.yaml"));
  await mkdir(join(folder, "odd"));
  await writeFile(join(folder, "odd/latin.yaml"), Buffer.from("a: \xe9", "latin1"));
  await mkdir(join(folder, "odd/folder.yaml"));
  const large = await open(join(folder, "odd/large.yaml"), "w");
  await large.truncate(17 * 1024 * 1024);
  await large.close();
  await mkdir(join(folder, "empty"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string) {
  const { objects, problems } = await readManifests(
    { paths: [join(folder, name)], skipUntyped: false },
    { files, readStdin: async () => new Uint8Array() },
  );
  const relative = (path: string): string => path.replace(folder, "");
  return {
    objects: objects.map((object) => `${relative(object.place.file)} ${object.name}`),
    problems: problems.map(({ place, message }) => `${relative(place.file)}: ${message}`),
  };
}

describe("readManifests", () => {
  it("enters each folder once, whatever links lead to it, and tells of links to nothing", async () => {
    expect(await read("loop")).toEqual({
      objects: ["/loop/a.yaml a", "/loop/deep/b.json b"],
      problems: [
        "/loop/dangling.yaml: No such file or directory (os error 2)",
        "/loop/self.yaml: Too many levels of symbolic links (os error 40)",
      ],
    });
  });

  it("tells of files that are too large or no text", async () => {
    expect(await read("odd")).toEqual({
      objects: [],
      problems: [
        "/odd/large.yaml: larger than 16 MiB",
        "/odd/latin.yaml: stream did not contain valid UTF-8",
      ],
    });
  });

  it.each([
    ["none", "/none: No such file or directory (os error 2)"],
    ["empty", "/empty: the folder holds no YAML or JSON file"],
  ])("tells that there is nothing: %s", async (name, problem) => {
    expect(await read(name)).toEqual({ objects: [], problems: [problem] });
  });

  it("reads no more than it takes of what has no end", async () => {
    let chunksRead = 0;
    const endless: FileSystem = {
      ...files,
      async *readChunks() {
        for (;;) {
          chunksRead++;
          yield new Uint8Array(1024 * 1024);
        }
      },
    };
    const { problems } = await readManifests(
      { paths: [join(folder, "loop/a.yaml")], skipUntyped: false },
      { files: endless, readStdin: async () => new Uint8Array() },
    );
    expect(problems.map(({ message }) => message)).toEqual(["larger than 16 MiB"]);
    expect(chunksRead).toBe(17);
  });

  it("tells of a file that may not be read", async () => {
    const denied: FileSystem = {
      ...files,
      readChunks: () => {
        throw Object.assign(new Error("EACCES"), { code: "EACCES", errno: -13 });
      },
    };
    const { problems } = await readManifests(
      { paths: [join(folder, "loop/a.yaml")], skipUntyped: false },
      { files: denied, readStdin: async () => new Uint8Array() },
    );
    expect(problems.map(({ message }) => message)).toEqual(["Permission denied (os error 13)"]);
  });
});
