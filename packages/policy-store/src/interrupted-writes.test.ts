import { spawn } from "node:child_process";
import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import { mkdir, mkdtemp, open, readdir, rename, rm, rmdir, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPolicyFolder } from "./policy-folder.ts";
import { createStoredFiles, type FileSystemCalls } from "./stored-files.ts";
import { failure, moduleOf } from "./testing/store-under-test.ts";

const segments = ["registry", "h", "p:v1"];
const options = { maxBytes: 1024 };

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kubewarden-ts-interrupted-"));
  await createStoredFiles(root).write(segments, Buffer.from("old"));
});
afterEach(() => rm(root, { recursive: true }));

const namesOf = () => readdir(join(root, "registry/h"));
const content = async () =>
  Buffer.from((await createStoredFiles(root).read(segments, options))?.bytes ?? []).toString();

/** As the system says it. */
function systemError(code: string, errno: number): Error {
  return Object.assign(new Error(`${code}: no words`), { code, errno });
}

/** A disk that has no room for the content of files. */
const full: FileSystemCalls["open"] = async (...args) => {
  const file = await open(...args);
  const refuse: FileHandle["writeFile"] = () => Promise.reject(systemError("ENOSPC", -28));
  return new Proxy(file, {
    get: (target, name) => {
      if (name === "writeFile") return refuse;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
};

describe("a store whose writer fails", () => {
  it.each<[string, FileSystemCalls, string]>([
    ["the disk is full", { open: full, rename }, "No space left on device (os error 28)"],
    [
      "the file cannot be put in place",
      { open, rename: () => Promise.reject(systemError("EIO", -5)) },
      "Input/output error (os error 5)",
    ],
    [
      "no file can be made",
      { open: () => Promise.reject(systemError("EROFS", -30)), rename },
      "Read-only file system (os error 30)",
    ],
  ])("keeps what it had, and nothing else, when %s", async (_row, calls, text) => {
    const writing = createStoredFiles(root, { calls }).write(segments, Buffer.from("new"));
    expect(await failure(writing)).toEqual({
      code: "STORE_NOT_WRITABLE",
      text: `cannot write ${join(root, ...segments)}: ${text}`,
    });
    expect(await namesOf()).toEqual(["p:v1"]);
    expect(await content()).toBe("old");
  });

  it("keeps what it had when the writer is killed, and cleans up after it", async () => {
    const script = join(import.meta.dirname, "testing/write-and-die.ts");
    const child = spawn(process.execPath, [script, root, "p:v1", "new"], { stdio: "ignore" });
    const [, killedBy] = await once(child, "exit");
    expect(killedBy).toBe("SIGKILL");
    const left = (await namesOf()).filter((name) => name.endsWith(".tmp"));
    expect(left).toHaveLength(1);
    expect(await content()).toBe("old");
    expect((await createPolicyFolder({ root, ...options }).list()).map(({ uri }) => uri)).toEqual([
      "registry://h/p:v1",
    ]);
    await utimes(join(root, "registry/h", left[0] ?? ""), 1, 1);
    await createStoredFiles(root).write(segments, Buffer.from("new"));
    expect(await namesOf()).toEqual(["p:v1"]);
    expect(await content()).toBe("new");
  });
});

describe("a store that several programs use", () => {
  it("takes a file though its folder was taken away meanwhile", async () => {
    const folder = join(root, "registry/other");
    let left = 2;
    const files = createStoredFiles(root, {
      calls: {
        rename,
        async open(...args) {
          if (left-- > 0) await rmdir(folder);
          return await open(...args);
        },
      },
    });
    await files.write(["registry", "other", "p:v1"], Buffer.from("x"));
    expect(await readdir(folder)).toEqual(["p:v1"]);
  });

  it("gives up on a folder that is taken away again and again", async () => {
    const calls: FileSystemCalls = { open: () => Promise.reject(systemError("ENOENT", -2)), rename };
    expect(await failure(createStoredFiles(root, { calls }).write(segments, Buffer.of()))).toMatchObject({
      code: "STORE_NOT_WRITABLE",
    });
  });

  it("loses nothing while some write, some remove and some list", async () => {
    const folders = Array.from({ length: 3 }, () => createPolicyFolder({ root, ...options }));
    const kept = ["registry", "h", "kept:v1"];
    await Promise.all(
      folders.map(async (folder) => {
        for (let round = 0; round < 20; round++) {
          await folder.write(["registry", "h", "a", "p:v1"], moduleOf("shared"));
          await folder.write(kept, moduleOf("kept"));
          const found = await folder.find("registry://h/a/p:v1");
          if (found !== undefined) await folder.remove(found);
          await folder.list();
        }
      }),
    );
    expect((await folders[0]?.list())?.map(({ uri }) => uri)).toEqual([
      "registry://h/kept:v1",
      "registry://h/p:v1",
    ]);
    expect(await namesOf()).toEqual(["kept:v1", "p:v1"]);
  });

  it("removes a file that somebody else has removed", async () => {
    const files = createStoredFiles(root);
    await Promise.all([files.remove(segments), files.remove(segments)]);
    await files.remove(segments);
    expect(await readdir(root)).toEqual([]);
    await mkdir(join(root, "registry"));
  });
});
