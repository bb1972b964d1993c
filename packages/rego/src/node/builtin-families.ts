import type { BuiltinTable } from "../core/builtin.ts";

/** Functions that come together: their libraries are loaded when a module asks for one of them. */
export interface BuiltinFamily {
  readonly names: readonly string[];
  readonly load: () => Promise<BuiltinTable>;
}
