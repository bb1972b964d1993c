import { type ByteReader, fail, readBytes, readList, readU32 } from "./byte-reader.ts";
import { readConstantExpression } from "./constant-expression.ts";
import { decodeSection, readSections, sectionId } from "./section.ts";

/**
 * The contents of the data segments of a module, active and passive, in the order of the file, not copied.
 * @throws {WasmError} as `readModule`
 */
export function dataSegments(bytes: Uint8Array): Uint8Array[] {
  return decodeSection<Uint8Array[]>(readSections(bytes), sectionId.data, [], (reader) =>
    readList(reader, "data segments", readDataSegment),
  );
}

const passive = 1;
const activeInNamedMemory = 2;

function readDataSegment(reader: ByteReader): Uint8Array {
  const form = readU32(reader);
  if (form > activeInNamedMemory) fail(reader, `data segment of form ${form}`);
  if (form === activeInNamedMemory) readU32(reader);
  if (form !== passive) readConstantExpression(reader);
  return readBytes(reader, readU32(reader));
}
