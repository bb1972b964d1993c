import { boundedStack } from "../bounded-stack.ts";
import type { Builtin, BuiltinTable } from "../builtin.ts";
import { jsonValueOf } from "../go/json.ts";
import { jsonReadAsYaml } from "../yaml/json-reading.ts";
import { formatYaml } from "../yaml/write.ts";

const marshal: Builtin = (operands, context) =>
  formatYaml(jsonReadAsYaml(jsonValueOf(operands[0] ?? null)), context);

export const yamlBuiltins: BuiltinTable = {
  "yaml.marshal": boundedStack(marshal),
};
