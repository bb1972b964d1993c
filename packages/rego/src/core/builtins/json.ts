import { BuiltinError } from "../../errors.ts";
import { boundedStack } from "../bounded-stack.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../builtin.ts";
import { formatGoJson, jsonValueOf } from "../go/json.ts";
import { formatIndentedJson } from "../go/json-indent.ts";
import { applyPatch } from "../json-patch.ts";
import { arrayOperand, objectOperand } from "../operands.ts";
import { kindOf, type RegoObject, type RegoValue } from "../value.ts";

const marshal: Builtin = (operands, context) => {
  const value = jsonValueOf(operands[0] ?? null);
  const { pretty, prefix, indent } = marshalOptions(objectOperand(operands, 1));
  if (pretty) {
    return prefix + formatIndentedJson(value, { prefix, indent, maxResultSize: context.maxResultSize });
  }
  const text = formatGoJson(value);
  checkSize(text.length, context);
  return text;
};

interface MarshalOptions {
  readonly pretty: boolean;
  readonly prefix: string;
  readonly indent: string;
}

/** Any option of the layout asks for it, unless `pretty` tells otherwise. */
function marshalOptions({ entries }: RegoObject): MarshalOptions {
  const options = new Map(entries);
  for (const [name, value] of options) checkOption(name, value);
  const pretty = options.get("pretty") ?? (options.has("prefix") || options.has("indent"));
  return {
    pretty: pretty === true,
    prefix: String(options.get("prefix") ?? ""),
    indent: String(options.get("indent") ?? "\t"),
  };
}

function checkOption(name: RegoValue, value: RegoValue): void {
  const wanted =
    name === "pretty" ? "boolean" : name === "prefix" || name === "indent" ? "string" : undefined;
  if (wanted === undefined) throw new BuiltinError("operand 2 object contained unknown key");
  if (kindOf(value) !== wanted)
    throw new BuiltinError(`operand 2 key ${String(name)} failed cast to ${wanted}`);
}

const patch: Builtin = (operands, { maxResultSize }) =>
  applyPatch(operands[0] ?? null, arrayOperand(operands, 1), maxResultSize);

/** Current compilers of OPA put it into the module; older ones ask the host for it. */
const isValid: Builtin = ([text]) => {
  if (typeof text !== "string") return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

export const jsonBuiltins: BuiltinTable = {
  "json.is_valid": isValid,
  "json.marshal_with_options": boundedStack(marshal),
  "json.patch": boundedStack(patch),
};
