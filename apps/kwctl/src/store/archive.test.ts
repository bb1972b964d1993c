import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync, gzipSync } from "node:zlib";
import type { StoreFile } from "@kubewarden-ts/policy-store";
import fc from "fast-check";
import { extract, type Header, pack } from "tar-stream";
import { describe, expect, it } from "vitest";
import { type PackedFile, packArchive } from "./pack-archive.ts";
import { unpackArchive } from "./unpack-archive.ts";

const module = (text: string) => Buffer.from(`\0asm${text}`);
const modified = new Date(1_700_000_000_000);
const limits = { maxModuleBytes: 1024, maxTotalBytes: 64 * 1024, maxEntries: 8 };
const place = "registry/ghcr.io/acme/p:v1";

async function* all<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
const packed = (policies: readonly PackedFile[]) => buffer(packArchive(all(policies)));
const unpack = (archive: Uint8Array, changes: Partial<typeof limits> = {}): Promise<StoreFile[]> =>
  Array.fromAsync(unpackArchive(Readable.from([archive]), { ...limits, ...changes }));
const texts = (policies: readonly StoreFile[]) =>
  policies.map(({ segments, bytes }) => [segments.join("/"), Buffer.from(bytes).toString("latin1")]);

/** An archive as another program might make it. */
function tarOf(
  ...entries: [header: Partial<Header> & Pick<Header, "name">, content?: Buffer][]
): Promise<Buffer> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry(header, content ?? Buffer.of());
  archive.finalize();
  return buffer(archive);
}
const archiveOf = async (...entries: Parameters<typeof tarOf>) => gzipSync(await tarOf(...entries));

describe("kwctl-and-oci 38: an archive of policies", () => {
  it("holds one file for each, as it is in the store", async () => {
    const archive = await packed([
      { segments: place.split("/"), bytes: module("one"), mode: 0o640, modified },
      { segments: ["https", "h:8443", "x.wasm"], bytes: module("two"), mode: 0o644, modified },
    ]);
    const entries = extract();
    entries.end(gunzipSync(archive));
    const headers: Header[] = [];
    for await (const entry of entries) {
      headers.push(entry.header);
      entry.resume();
    }
    expect(headers).toMatchObject([
      { name: place, type: "file", mode: 0o640, mtime: modified, size: 7 },
      { name: "https/h:8443/x.wasm", type: "file", mode: 0o644, mtime: modified, size: 7 },
    ]);
  });

  it("gives back what went in, long names too", async () => {
    const segments = ["registry", "ghcr.io", ..."abcd".split("").map((letter) => letter.repeat(90)), "p:v1"];
    const bytes = module("x".repeat(500));
    const found = await unpack(await packed([{ segments, bytes, mode: 0o644, modified }]));
    expect(found).toEqual([{ segments, bytes }]);
  });

  it("is none when a policy cannot be read", async () => {
    const failing = (async function* () {
      yield { segments: place.split("/"), bytes: module("one"), mode: 0o644, modified };
      throw new Error("gone");
    })();
    await expect(buffer(packArchive(failing))).rejects.toThrow("gone");
  });

  it("of another program may hold folders, and names that begin with ./", async () => {
    const archive = await archiveOf(
      [{ name: "./registry/", type: "directory" }],
      [{ name: `./${place}` }, module("one")],
    );
    expect(texts(await unpack(archive))).toEqual([[place, "\0asmone"]]);
  });

  it("of Windows holds the names of there", async () => {
    const name = `registry/${["ghcr.io", "acme", "p:v1"].map((each) => Buffer.from(each).toString("base64url")).join("/")}`;
    expect(texts(await unpack(await archiveOf([{ name }, module("one")])))).toEqual([[place, "\0asmone"]]);
  });

  it.each([
    ["moves the cursor", "p\u001b[2J:v1"],
    ["has a control character of eight bits", "p\u009b2J:v1"],
    ["turns the direction of what follows", "p\u202e1v:v1"],
    ["has several lines", "p\nq:v1"],
    ["leads elsewhere", "..\\..\\p:v1"],
    ["is another path", "a/b:v1"],
    ["is the folder above", ".."],
    ["is none", ""],
  ])("of Windows is refused when a name %s", async (_what, last) => {
    const decoded = ["ghcr.io", "acme", last];
    const name = `registry/${decoded.map((each) => Buffer.from(each).toString("base64url")).join("/")}`;
    const why = `${JSON.stringify(`registry/${decoded.join("/")}`)} is the name of no policy`;
    await expect(unpack(await archiveOf([{ name }, module("one")]))).rejects.toMatchObject({
      code: "KWCTL_INPUT_INVALID",
      message: `${JSON.stringify(name)} is refused: ${last === "" ? "its name is none of a policy" : why}`,
    });
  });

  it.each<[string, Parameters<typeof tarOf>[0]]>([
    ["it leads out of the store", [{ name: "registry/h/../../../x" }, module("")]],
    ["it leads out of the store", [{ name: "/registry/h/x" }, module("")]],
    ["it leads out of the store", [{ name: "../registry/h/x" }, module("")]],
    ["it is no file but a symlink", [{ name: place, type: "symlink", linkname: "/etc/passwd" }]],
    ["it is no file but a link", [{ name: place, type: "link", linkname: "../../x" }]],
    ["it is no file but a fifo", [{ name: place, type: "fifo" }]],
    ["it is no file but a character-device", [{ name: place, type: "character-device" }]],
    ["its name is none of a policy", [{ name: "registry/h/./x" }, module("")]],
    ["its name is none of a policy", [{ name: "registry/h//x" }, module("")]],
    ["its name is none of a policy", [{ name: "registry/h/x\u001b[2J" }, module("")]],
    ["its name is none of a policy", [{ name: "registry/h/x\u009b2J" }, module("")]],
    ["its name is none of a policy", [{ name: "registry/h/a\\..\\b" }, module("")]],
    ["it does not lie below registry/, https/ or http/ and a host", [{ name: "registry/x" }, module("")]],
    ["it does not lie below registry/, https/ or http/ and a host", [{ name: "notes/h/x" }, module("")]],
    [
      "it does not lie below registry/, https/ or http/ and a host",
      [{ name: `manifests/sha256/${"AB".repeat(32)}` }, module("")],
    ],
    [
      "it does not lie below registry/, https/ or http/ and a host",
      [{ name: "manifests/sha256/x" }, module("")],
    ],
    ["it does not lie below registry/, https/ or http/ and a host", [{ name: "readme.md" }, module("")]],
    ["invalid wasm file", [{ name: place }, Buffer.from("<html>")]],
    ["invalid wasm file", [{ name: place }, Buffer.from("\0as")]],
    ["it is larger than 1024 bytes", [{ name: place }, Buffer.alloc(1025)]],
  ])("is refused: %s", async (why, entry) => {
    const archive = await archiveOf(entry);
    await expect(unpack(archive)).rejects.toMatchObject({
      code: "KWCTL_INPUT_INVALID",
      message: `${JSON.stringify(entry[0].name)} is refused: ${why}`,
    });
  });

  it.each<[string, () => Promise<Buffer>, string]>([
    [
      "bytes without end",
      async () => gzipSync(Buffer.alloc(1024 * 1024)),
      "more than 65536 bytes come out of it",
    ],
    [
      "entries without end",
      () =>
        archiveOf(
          ...Array.from({ length: 9 }, (): [{ name: string }, Buffer] => [{ name: place }, module("")]),
        ),
      "it has more than 8 entries",
    ],
    [
      "more than it says",
      async () => gzipSync((await tarOf([{ name: place }, Buffer.alloc(1000)])).subarray(0, 1024)),
      "Unexpected end of data",
    ],
    ["no tar", async () => gzipSync(Buffer.from("hello")), "Unexpected end of data"],
    ["no gzip", async () => Buffer.from("hello"), "incorrect header check"],
    ["nothing", async () => Buffer.of(), "unexpected end of file"],
  ])("is refused when it holds %s", async (_row, archive, message) => {
    await expect(unpack(await archive())).rejects.toThrow(message);
  });

  it("is refused when a name takes more than a name takes", async () => {
    const name = "x".repeat(1_500_000);
    const archive = await archiveOf([{ name }, module("")]);
    await expect(unpack(archive, { maxTotalBytes: 1e9 })).rejects.toThrow("a header is larger than allowed");
  });

  it("is refused when an entry has a size that nobody can read", async () => {
    const bytes = await tarOf([{ name: place }, module("one")]);
    bytes[124] = 0xab; // neither octal digits, nor the mark of a number in binary
    correctChecksums(bytes);
    await expect(unpack(gzipSync(bytes))).rejects.toThrow("nobody can say how large it is");
  });

  it("is refused when a folder has a content", async () => {
    const bytes = await tarOf([{ name: "registry/" }, module("")]);
    bytes.write("5", 156); // the type of a folder
    correctChecksums(bytes);
    await expect(unpack(gzipSync(bytes))).rejects.toThrow("it is a folder with content");
  });

  it("leads nowhere else, whatever its bytes are", async () => {
    const good = await tarOf([{ name: place }, module("one")], [{ name: "http/h/x" }, module("two")]);
    const sumless = fc.array(fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(sumless, async (changes) => {
        const bytes = Buffer.from(good);
        for (const { at, byte } of changes) bytes[at] = byte;
        correctChecksums(bytes);
        const found = await unpack(gzipSync(bytes)).catch(() => []);
        for (const { segments } of found) {
          expect(segments[0]).toMatch(/^(registry|https|http|manifests)$/);
          expect(segments.every((each) => !["", ".", ".."].includes(each) && !each.includes("/"))).toBe(true);
        }
      }),
    );
  });
});

/** So that changed headers are looked at. */
function correctChecksums(archive: Buffer): void {
  for (const at of [0, 1024].filter((each) => archive.length > each + 512)) {
    const header = archive.subarray(at, at + 512);
    header.fill(" ", 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  }
}

describe("an archive", () => {
  it("with the same policies has the same bytes", async () => {
    const once = () => packed([{ segments: place.split("/"), bytes: module("one"), mode: 0o644, modified }]);
    const [first, second] = [await once(), await once()].map((bytes) =>
      createHash("sha256").update(bytes).digest("hex"),
    );
    expect(second).toBe(first);
  });
});
