import type { Builtin, BuiltinContext, BuiltinTable } from "../builtin.ts";
import { decodeUuid, formatUuid, parseUuid } from "../go/uuid.ts";
import { stringOperand } from "../operands.ts";
import { numberOf, objectOf, type RegoEntry } from "../value.ts";
import { formatValue } from "../value-text.ts";

const parse: Builtin = (operands) => {
  const bytes = parseUuid(stringOperand(operands, 0));
  if (bytes === undefined) return undefined;
  const members = Object.entries(decodeUuid(bytes));
  return objectOf(
    members.map(([name, value]): RegoEntry => [name, typeof value === "string" ? value : numberOf(value)]),
  );
};

/** The same for equal operands, within one evaluation. */
const random: Builtin = ([name = null], context) => {
  const key = `uuid.rfc4122 ${formatValue(name)}`;
  const known = context.memo.get(key);
  if (known !== undefined) return known;
  const uuid = randomUuid(context);
  context.memo.set(key, uuid);
  return uuid;
};

/** Version 4 of RFC 4122. */
function randomUuid({ fillRandom }: BuiltinContext): string {
  const bytes = new Uint8Array(16);
  fillRandom(bytes);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return formatUuid(bytes);
}

export const uuidBuiltins: BuiltinTable = { "uuid.parse": parse, "uuid.rfc4122": random };
