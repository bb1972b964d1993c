import { type ByteWriter, writeBytes, writeU32 } from "./byte-writer.ts";
import { extendList } from "./extend-list.ts";
import type { WasmModule } from "./module.ts";
import { sectionId } from "./section.ts";

/** A function added behind the module's own. */
export interface AddedFunction {
  /** Its type, as an entry of the type section. */
  readonly type: Uint8Array | readonly number[];
  /** Writes it as an entry of the code section. */
  readonly write: (writer: ByteWriter) => void;
}

/** A code section with functions behind the module's own. */
export interface AddedFunctionsCode {
  readonly body: Uint8Array | undefined;
  /** The type of each function added, as an entry of the type section. */
  readonly addedTypes: readonly AddedFunction["type"][];
}

/** The bodies of the sections that declare and hold the functions of a module with those added, by section id. */
export function withAddedFunctions(
  module: WasmModule,
  { body, addedTypes }: AddedFunctionsCode,
): [id: number, body: Uint8Array | undefined][] {
  const typeIndices = addedTypes.map((_type, index) => module.types.length + index);
  return [
    [sectionId.type, extendList(module, sectionId.type, addedTypes, writeBytes)],
    [sectionId.function, extendList(module, sectionId.function, typeIndices, writeU32)],
    [sectionId.code, body],
  ];
}
