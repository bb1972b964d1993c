import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Volume } from "./pod-spec.ts";
import { type VolumeSources, writeVolume } from "./volumes.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-volume-"));
  folders.push(folder);
  return folder;
}

function sourcesOf(objects: Record<string, Record<string, string>>): VolumeSources {
  const find = (name: string) => {
    const data = objects[name];
    return data === undefined ? undefined : { apiVersion: "v1", kind: "", metadata: { name }, data };
  };
  return {
    secret: (name) => {
      const found = find(name);
      if (found === undefined) return undefined;
      const data = Object.entries(found.data).map(([key, value]) => [
        key,
        Buffer.from(value).toString("base64"),
      ]);
      return { ...found, data: Object.fromEntries(data) };
    },
    configMap: find,
  };
}

describe("writeVolume", () => {
  it.each<[string, Volume, Record<string, string>]>([
    ["a whole Secret", { name: "v", secret: { secretName: "o" } }, { "a.txt": "1", "b.txt": "2" }],
    ["a whole ConfigMap", { name: "v", configMap: { name: "o" } }, { "a.txt": "1", "b.txt": "2" }],
    [
      "one item under another name",
      { name: "v", configMap: { name: "o", items: [{ key: "b.txt", path: "c" }] } },
      { c: "2" },
    ],
    ["nothing for an empty folder", { name: "v", emptyDir: {} }, {}],
  ])("writes %s", async (_row, volume, expected) => {
    const folder = await newFolder();
    await writeVolume(volume, folder, sourcesOf({ o: { "a.txt": "1", "b.txt": "2" } }));
    const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
    const content = await Promise.all(
      names.map(async (name) => [name, await readFile(join(folder, name), "utf8")]),
    );
    expect(Object.fromEntries(content)).toEqual(expected);
  });

  it("exchanges all files at once, and leaves those alone that are current", async () => {
    const folder = await newFolder();
    const volume: Volume = { name: "v", configMap: { name: "o" } };
    await writeVolume(volume, folder, sourcesOf({ o: { a: "1", b: "1" } }));
    const first = await readlink(join(folder, "..data"));
    await writeVolume(volume, folder, sourcesOf({ o: { a: "1", b: "1" } }));
    expect(await readlink(join(folder, "..data"))).toBe(first);
    await writeVolume(volume, folder, sourcesOf({ o: { a: "2", b: "2" } }));
    expect(await readFile(join(folder, "a"), "utf8")).toBe("2");
    expect(await readlink(join(folder, "..data"))).not.toBe(first);
    expect(await readdir(folder)).not.toContain(first);
  });

  it.each<[string, Volume, string]>([
    ["an object that is not there", { name: "v", secret: { secretName: "x" } }, "Secret x is not there"],
    [
      "a key that is not there",
      { name: "v", configMap: { name: "o", items: [{ key: "k", path: "p" }] } },
      "ConfigMap o has no key k",
    ],
  ])("says that it lacks %s", async (_row, volume, problem) => {
    const folder = await newFolder();
    await expect(writeVolume(volume, folder, sourcesOf({ o: { a: "1" } }))).rejects.toThrow(problem);
  });
});
