import { type ByteReader, fail, readList, readName, readU32 } from "./byte-reader.ts";
import { type ExternalKind, readExternalKind } from "./import.ts";

/** One export: a name for entry `index` of the index space of `kind`, in which imports come first. */
export interface Export {
  readonly name: string;
  readonly kind: ExternalKind;
  readonly index: number;
}

/** The body of the export section. @throws {WasmError} `WASM_UNSUPPORTED`, `WASM_TRUNCATED`, `WASM_MALFORMED` */
export function readExports(reader: ByteReader): Export[] {
  const exports = readList(reader, "exports", () => ({
    name: readName(reader),
    kind: readExternalKind(reader),
    index: readU32(reader),
  }));
  const names = new Set(exports.map(({ name }) => name));
  return names.size === exports.length ? exports : fail(reader, "two exports have one name");
}
