import type { BuiltinTable } from "../builtin.ts";
import { encodingBuiltins } from "./encodings.ts";
import { jsonBuiltins } from "./json.ts";
import { metadataBuiltins } from "./metadata.ts";
import { outputBuiltins } from "./output.ts";
import { regularExpressionBuiltins } from "./regular-expressions.ts";
import { formatBuiltins } from "./sprintf.ts";
import { templateBuiltins } from "./templates.ts";
import { textBuiltins } from "./texts.ts";
import { uriBuiltins } from "./uris.ts";
import { valueBuiltins } from "./values.ts";
import { yamlBuiltins } from "./yaml.ts";

/** Functions that need nothing of the host but their context. */
export const coreBuiltins: BuiltinTable = {
  ...encodingBuiltins,
  ...formatBuiltins,
  ...jsonBuiltins,
  ...metadataBuiltins,
  ...outputBuiltins,
  ...regularExpressionBuiltins,
  ...templateBuiltins,
  ...textBuiltins,
  ...uriBuiltins,
  ...valueBuiltins,
  ...yamlBuiltins,
};
