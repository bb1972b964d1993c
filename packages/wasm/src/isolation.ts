import { WasmError } from "./errors.ts";
import { mentionsCollected } from "./function-type.ts";
import { opcode } from "./instruction.ts";
import { standardPageBytes } from "./limits.ts";
import { allMemories, allTables, countImports, type WasmModule } from "./module.ts";
import { isGarbageCollected, isNumberType } from "./value-type.ts";

/**
 * How evaluations are kept apart: one instance whose memory and globals are restored after each, or a fresh
 * instance for each, for a reason that is shown to people (data-plane 1.5).
 */
export type Isolation = { readonly kind: "restore" } | { readonly kind: "fresh"; readonly reason: string };

/** What compilers give an exception: one address. */
const maxTagParameters = 16;

/**
 * Refuses what could fill the heap of the engine, which cannot be limited: the engine looks only now and then whether it has
 * grown too large, and a guest that makes objects of a megabyte needs no more than that.
 * @throws {WasmError} `WASM_UNSUPPORTED` for structures and arrays, `WASM_LIMIT` for large exceptions
 */
export function refuseUnlimited(module: WasmModule): void {
  if (module.types.some(({ kind }) => kind === "collected")) {
    throw new WasmError(
      "the module declares structures or arrays of the garbage collector, whose memory cannot be limited",
      { code: "WASM_UNSUPPORTED" },
    );
  }
  const tags = [
    ...module.imports.flatMap((entry) => (entry.kind === "tag" ? [entry.typeIndex] : [])),
    ...module.tags,
  ];
  for (const index of tags) {
    const type = module.types[index];
    if (type === undefined || type.kind === "collected" || type.parameters.length <= maxTagParameters)
      continue;
    throw new WasmError(`the module has exceptions with more than ${maxTagParameters} values`, {
      code: "WASM_LIMIT",
    });
  }
}

/** Why the declarations of a module alone forbid restoring, or `undefined`. */
export function whyFresh(module: WasmModule): string | undefined {
  return whyFreshMemory(module) ?? whyFreshGlobals(module) ?? whyFreshTypes(module);
}

function whyFreshMemory(module: WasmModule): string | undefined {
  const memories = allMemories(module);
  if (memories.length > 1) return "several memories";
  if (memories.some(({ shared }) => shared)) return "shared memory";
  if (memories.some(({ is64 }) => is64)) return "64-bit memory";
  if (memories.some(({ pageBytes }) => pageBytes !== standardPageBytes)) return "custom page size";
  return undefined;
}

function whyFreshGlobals(module: WasmModule): string | undefined {
  const imported = module.imports.find((entry) => entry.kind === "global" && entry.global.mutable);
  if (imported !== undefined) return `imports the mutable global ${imported.module}.${imported.name}`;
  const index = module.globals.findIndex(({ mutable, type }) => mutable && !isNumberType(type));
  if (index === -1) return undefined;
  return `mutable global ${countImports(module, "global") + index} has type ${module.globals[index]?.type}`;
}

function whyFreshTypes(module: WasmModule): string | undefined {
  const types = [
    ...module.globals.map(({ type }) => type),
    ...module.imports.flatMap((entry) => (entry.kind === "global" ? [entry.global.type] : [])),
    ...allTables(module).map(({ element }) => element),
  ];
  const collected = module.types.some(mentionsCollected) || types.some(isGarbageCollected);
  return collected ? collectedReason : undefined;
}

const collectedReason = "uses garbage-collected types";

const reasons = new Map<number, string>([
  [opcode.tableSet, "table.set is used"],
  [opcode.tableInit, "table.init is used"],
  [opcode.tableCopy, "table.copy is used"],
  [opcode.tableGrow, "table.grow is used"],
  [opcode.tableFill, "table.fill is used"],
  [opcode.dataDrop, "data.drop is used"],
  [opcode.elemDrop, "elem.drop is used"],
  [opcode.refEq, collectedReason],
  [opcode.collectedType, collectedReason],
]);

/** Why an instruction forbids restoring, or `undefined`. */
export function whyFreshInstruction(code: number): string | undefined {
  if (code >= opcode.firstCollector && code <= opcode.lastCollector) return collectedReason;
  if (code >= opcode.firstAtomic && code <= opcode.lastAtomic) return "atomic instructions";
  return reasons.get(code);
}
