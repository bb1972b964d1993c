import { describe, expect, it } from "vitest";
import { assemble } from "../fixtures/assemble.ts";
import {
  customSections,
  encodeCustomSection,
  encodeModule,
  readModule,
  renameImports,
  setCustomSection,
} from "./index.ts";

const metadata = "io.kubewarden.metadata";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const contents = (bytes: Uint8Array, name: string): string[] =>
  customSections(readModule(bytes), name).map((content) => new TextDecoder().decode(content));
const javyToHost = ({ module, name }: { module: string; name: string }) => ({
  module: module === "kubewarden:javy/host" && name === "call" ? "host" : module,
  name,
});

describe("custom sections", () => {
  it("policy-runtime 1.1: the first of several sections of a name comes first", () => {
    const bytes = encodeModule([
      encodeCustomSection(metadata, encode("first")),
      encodeCustomSection("name", encode("other")),
      encodeCustomSection(metadata, encode("second")),
    ]);
    expect(contents(bytes, metadata)).toEqual(["first", "second"]);
    expect(contents(bytes, "absent")).toEqual([]);
  });

  it("kwctl-and-oci 27: annotating twice leaves the newest metadata, in one section", async () => {
    const plain = await assemble(`(memory 1) (func (export "run"))`);
    const annotatedTwiceByAppending = encodeModule([
      encodeCustomSection(metadata, encode("old")),
      encodeCustomSection("producers", encode("kept")),
      encodeCustomSection(metadata, encode("older")),
    ]);
    for (const bytes of [
      plain,
      annotatedTwiceByAppending,
      setCustomSection(plain, metadata, encode("once")),
    ]) {
      const annotated = setCustomSection(
        setCustomSection(bytes, metadata, encode("again")),
        metadata,
        encode("new"),
      );
      expect(contents(annotated, metadata)).toEqual(["new"]);
      expect(contents(annotated, "producers")).toEqual(contents(bytes, "producers"));
    }
  });

  it("copies everything else byte for byte", async () => {
    const plain = await assemble(`(memory 1) (data (i32.const 0) "x") (func (export "run"))`);
    const annotated = setCustomSection(plain, metadata, encode("new"));
    expect(annotated.subarray(0, plain.length)).toEqual(plain);
    expect(setCustomSection(annotated, metadata, encode("new"))).toEqual(annotated);
  });
});

describe("renameImports", () => {
  it("kwctl-and-oci 27: javy's import is renamed, of whatever sections are around it", async () => {
    const fields = (module: string) => `
      (import "env" "memory" (memory 1 2))
      (import "${module}" "call" (func (param i32 i64) (result i32)))
      (import "${module === "host" ? "kubewarden:javy/host" : module}" "other" (func))
      (func (export "run")) (data (i32.const 0) "x")`;
    const bytes = setCustomSection(await assemble(fields("kubewarden:javy/host")), "name", encode("kept"));
    const renamed = setCustomSection(await assemble(fields("host")), "name", encode("kept"));
    expect(renameImports(bytes, javyToHost)).toEqual(renamed);
  });

  it.each([
    ["nothing to rename", `(import "host" "call" (func))`],
    ["no imports", "(memory 1)"],
  ])("gives the same bytes with %s", async (_row, fields) => {
    const bytes = await assemble(fields);
    expect(renameImports(bytes, javyToHost)).toEqual(bytes);
  });
});
