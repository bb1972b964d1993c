import type { BuiltinTable } from "../builtin.ts";
import { encodingBuiltins } from "./encodings.ts";
import { metadataBuiltins } from "./metadata.ts";
import { outputBuiltins } from "./output.ts";
import { textBuiltins } from "./texts.ts";
import { uriBuiltins } from "./uris.ts";

/** Functions that need nothing of the host but their context. */
export const coreBuiltins: BuiltinTable = {
  ...encodingBuiltins,
  ...metadataBuiltins,
  ...outputBuiltins,
  ...textBuiltins,
  ...uriBuiltins,
};
