import { BuiltinError } from "../../errors.ts";
import { boundedStack } from "../bounded-stack.ts";
import type { Builtin, BuiltinTable } from "../builtin.ts";
import { jsonValueOf } from "../go/json.ts";
import { stringOperand } from "../operands.ts";
import { jsonReadAsYaml } from "../yaml/json-reading.ts";
import { parseYaml } from "../yaml/read.ts";
import { formatYaml } from "../yaml/write.ts";

const isValid: Builtin = ([text]) => {
  if (typeof text !== "string") return false;
  try {
    parseYaml(text);
    return true;
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error;
    return false;
  }
};

const marshal: Builtin = (operands, context) =>
  formatYaml(jsonReadAsYaml(jsonValueOf(operands[0] ?? null)), context);

const unmarshal: Builtin = (operands) => parseYaml(stringOperand(operands, 0));

/** YAML as OPA reads and writes it: the core schema of YAML 1.2. */
export const yamlBuiltins: BuiltinTable = {
  "yaml.is_valid": boundedStack(isValid),
  "yaml.marshal": boundedStack(marshal),
  "yaml.unmarshal": boundedStack(unmarshal),
};
