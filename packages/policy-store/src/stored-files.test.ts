import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createStoredFiles } from "./stored-files.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kubewarden-ts-files-"));
});
afterEach(() => rm(root, { recursive: true }));

const options = { maxBytes: 16 * 1024 * 1024 };

describe("files of a store", () => {
  it("are seen whole while others write them", async () => {
    const [first, second] = [createStoredFiles(root), createStoredFiles(root)];
    const contents = [1, 2].map((byte) => Buffer.alloc(4 * 1024 * 1024, byte));
    const segments = ["registry", "host", "p:v1"];
    await first.write(segments, contents[0] ?? expect.fail());
    let writing = true;
    const write = async (): Promise<void> => {
      for (let round = 0; round < 12; round++)
        await second.write(segments, contents[round % 2] ?? expect.fail());
      writing = false;
    };
    const read = async (): Promise<void> => {
      while (writing) {
        const { bytes } = (await first.read(segments, options)) ?? expect.fail();
        expect(contents.some((content) => content.equals(bytes))).toBe(true);
      }
    };
    await Promise.all([write(), read(), read()]);
    expect(await readdir(join(root, "registry/host"))).toEqual(["p:v1"]);
  });

  it("are not there until they are written, also where their folder is missing", async () => {
    const files = createStoredFiles(join(root, "later"));
    expect(await files.read(["a", "b"], options)).toBeUndefined();
    await files.write(["a", "b"], Buffer.from("x"));
    expect((await files.read(["a", "b"], options))?.bytes).toEqual(Buffer.from("x"));
  });

  it.each([[["..", "x"]], [["a", "..", "..", "x"]], [["."]], [[""]], [["a/../../x"]], [["a\0b"]]])(
    "have no path by %j",
    async (segments) => {
      const files = createStoredFiles(root);
      expect(() => files.pathOf(segments)).toThrow("leads out of the folder");
      const refused = { code: "STORE_OUTSIDE" };
      await expect(files.read(segments, options)).rejects.toMatchObject(refused);
      await expect(files.write(segments, Buffer.of())).rejects.toMatchObject(refused);
      expect(await readdir(root)).toEqual([]);
    },
  );

  it("that are too large are refused", async () => {
    const files = createStoredFiles(root);
    await files.write(["big"], Buffer.alloc(11));
    await expect(files.read(["big"], { maxBytes: 10 })).rejects.toMatchObject({ code: "STORE_TOO_LARGE" });
  });
});
