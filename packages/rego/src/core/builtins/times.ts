import { BuiltinError } from "../../errors.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../builtin.ts";
import { bigFloatOf, wholeInt64 } from "../go/big-float.ts";
import { addDate, type CivilTime, civilTime, daysIn, fittingNanoseconds } from "../go/civil-time.ts";
import { parseDuration } from "../go/duration.ts";
import { formatTime } from "../go/format-time.ts";
import { parseTime } from "../go/parse-time.ts";
import { dayNames, namedLayout } from "../go/time-layout.ts";
import { findTimeZone } from "../go/time-zone.ts";
import { decimalOf } from "../number.ts";
import { int64Operand, numberOperand, stringOperand } from "../operands.ts";
import { isArray, numberOf, type RegoValue } from "../value.ts";

const now: Builtin = (_, { nowNs }) => numberOf(nowNs);

const parse: Builtin = (operands) =>
  nanoseconds(parseTime(namedLayout(stringOperand(operands, 0)), stringOperand(operands, 1)));

const parseRfc3339: Builtin = (operands) =>
  nanoseconds(parseTime(namedLayout("RFC3339"), stringOperand(operands, 0)));

const parseDurationNs: Builtin = (operands) => {
  const text = stringOperand(operands, 0);
  const duration = parseDuration(text);
  if (duration === undefined) throw new BuiltinError(`time: invalid duration ${text}`);
  return numberOf(duration);
};

const format: Builtin = (operands, context) => {
  const { time, layout } = timeOperand(operands, 0);
  const text = formatTime(time, namedLayout(layout === "" ? "RFC3339Nano" : layout));
  checkSize(text.length, context);
  return text;
};

const date: Builtin = (operands) => {
  const { year, month, day } = timeOperand(operands, 0).time;
  return [year, month, day].map(numberOf);
};

const clock: Builtin = (operands) => {
  const { hour, minute, second } = timeOperand(operands, 0).time;
  return [hour, minute, second].map(numberOf);
};

const weekday: Builtin = (operands) => dayNames[timeOperand(operands, 0).time.weekDay]!;

const add: Builtin = (operands) => {
  const { time } = timeOperand(operands, 0);
  const [years, months, days] = [
    int64Operand(operands, 1),
    int64Operand(operands, 2),
    int64Operand(operands, 3),
  ];
  return nanoseconds(addDate(time, years, months, days));
};

/** Years, months, days, hours, minutes and seconds between two times, as clocks of the first one's zone show them. */
const diff: Builtin = (operands) => {
  const { time: left } = timeOperand(operands, 0);
  const { time: other } = timeOperand(operands, 1);
  const right = civilTime(other.ns, left.zone);
  return (left.ns > right.ns ? between(right, left) : between(left, right)).map(numberOf);
};

function between(from: CivilTime, to: CivilTime): number[] {
  const parts = [
    to.year - from.year,
    to.month - from.month,
    to.day - from.day,
    to.hour - from.hour,
    to.minute - from.minute,
    to.second - from.second,
  ];
  const sizes = [0, 12, daysIn(from.month, from.year), 24, 60, 60];
  for (let index = parts.length - 1; index > 0; index--) {
    if (parts[index]! >= 0) continue;
    parts[index]! += sizes[index]!;
    parts[index - 1]! -= 1;
  }
  return parts;
}

/** A time as all functions take it: nanoseconds since 1970, or these with a zone, and with a layout. */
function timeOperand(operands: readonly RegoValue[], position: number): { time: CivilTime; layout: string } {
  const operand = operands[position] ?? null;
  const parts = isArray(operand) ? operand : [operand];
  const ns = timestamp(numberOperand(parts, 0));
  const zoneName = parts.length > 1 ? stringOperand(parts, 1) : "";
  const zone = findTimeZone(zoneName);
  if (zone === undefined) throw new BuiltinError(`unknown time zone ${zoneName}`);
  return { time: civilTime(ns, zone), layout: parts.length > 2 ? stringOperand(parts, 2) : "" };
}

/** Digits that no double of 64 bits holds are rounded, as in OPA. */
function timestamp(text: string): bigint {
  const decimal = decimalOf(text);
  const ns = decimal && wholeInt64(bigFloatOf(decimal.digits, decimal.exponent));
  if (ns === undefined) throw new BuiltinError("timestamp too big");
  return ns;
}

function nanoseconds(ns: bigint | undefined): RegoValue {
  const fitting = ns === undefined ? undefined : fittingNanoseconds(ns);
  if (fitting === undefined) throw new BuiltinError("time outside of valid range");
  return numberOf(fitting);
}

export const timeBuiltins: BuiltinTable = {
  "time.add_date": add,
  "time.clock": clock,
  "time.date": date,
  "time.diff": diff,
  "time.format": format,
  "time.now_ns": now,
  "time.parse_duration_ns": parseDurationNs,
  "time.parse_ns": parse,
  "time.parse_rfc3339_ns": parseRfc3339,
  "time.weekday": weekday,
};
