import type { Export } from "./export.ts";
import { countImports, memoryGlobals, type WasmModule } from "./module.ts";
import { unusedName } from "./unused-name.ts";
import { isNumberType, type NumberType } from "./value-type.ts";

/** What a restorable module exports besides what the original does. */
export interface AddedExports {
  /** Every mutable global of the module itself. */
  readonly globals: readonly (Export & { readonly type: NumberType })[];
  /** Every table of the module itself. */
  readonly tables: readonly Export[];
  /** The globals that hold the virtual size of the memory and whether more was refused, if there is a memory. */
  readonly memory: { readonly pages: Export; readonly refused: Export } | undefined;
}

/** Names the exports to be added so that they cannot clash with the original's. */
export function addedExports(module: WasmModule, hasMemory: boolean): AddedExports {
  const prefix = unusedName("kubewarden", (name) =>
    module.exports.some((entry) => entry.name.startsWith(`${name}:`)),
  );
  const named = (kind: "global" | "table", own: number) => {
    const index = countImports(module, kind) + own;
    return { name: `${prefix}:${kind}:${index}`, kind, index };
  };
  return {
    globals: module.globals.flatMap(({ mutable, type }, own) =>
      mutable && isNumberType(type) ? [{ ...named("global", own), type }] : [],
    ),
    tables: module.tables.map((_table, own) => named("table", own)),
    memory: hasMemory ? memoryExports(prefix, module) : undefined,
  };
}

function memoryExports(prefix: string, module: WasmModule): { pages: Export; refused: Export } {
  const { size, refused } = memoryGlobals(module);
  return {
    pages: { name: `${prefix}:memory-pages`, kind: "global", index: size },
    refused: { name: `${prefix}:memory-refused`, kind: "global", index: refused },
  };
}
