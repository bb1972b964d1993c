import { BuiltinError } from "../../errors.ts";
import { type Builtin, type BuiltinContext, type BuiltinTable, checkSize } from "../builtin.ts";
import { bigFloatOf, bitLength, product, truncated } from "../go/big-float.ts";
import { type Fraction, fixedPoint } from "../go/rational.ts";
import { stringOperand } from "../operands.ts";
import { numberOf } from "../value.ts";

const binary = { ki: 2n ** 10n, mi: 2n ** 20n, gi: 2n ** 30n, ti: 2n ** 40n, pi: 2n ** 50n, ei: 2n ** 60n };
const decimal = { k: 10n ** 3n, g: 10n ** 9n, t: 10n ** 12n, p: 10n ** 15n, e: 10n ** 18n };

const byteUnits = new Map<string, bigint>([["", 1n]]);
for (const [name, factor] of Object.entries({ ...binary, ...decimal, m: 10n ** 6n })) {
  byteUnits.set(name, factor).set(`${name}b`, factor);
}

/** By the first letter as it is, and the rest in lower case: `m` is a thousandth, `M` a million. */
const units = new Map<string, Fraction>([["", [1n, 1n]]]);
for (const [name, factor] of Object.entries({ ...binary, ...decimal })) {
  units.set(name, [factor, 1n]).set(name[0]!.toUpperCase() + name.slice(1), [factor, 1n]);
}
units.set("M", [10n ** 6n, 1n]);
// The double next to 0.001, as OPA has it.
units.set("m", [1_152_921_504_606_847n, 2n ** 60n]);

/** Bytes as a whole number: what is left of a byte is cut off. */
const parseBytes: Builtin = (operands, context) => {
  const { amount, unit } = splitQuantity(lowerCase(stringOperand(operands, 0)));
  const factor = byteUnits.get(unit);
  if (factor === undefined) throw new BuiltinError(`units.parse_bytes: byte unit ${unit} not recognized`);
  const { digits, exponent } = readAmount(amount);
  const bytes = product(bigFloatOf(digits, exponent), bigFloatOf(factor, 0));
  const bits = bitLength(bytes.mantissa) + bytes.exponent;
  checkSize(Math.ceil(Math.max(0, bits) * Math.log10(2)), context);
  return numberOf(truncated(bytes));
};

/** A whole number, or one with ten digits behind the point. */
const parse: Builtin = (operands, context) => {
  const { amount, unit } = splitQuantity(stringOperand(operands, 0));
  const factor = units.get(unit.slice(0, 1) + lowerCase(unit.slice(1)));
  if (factor === undefined) throw new BuiltinError(`units.parse: unit ${unit} not recognized`);
  const { digits, exponent } = readAmount(amount);
  if (digits !== 0n && Math.abs(exponent) > maxExponent) throw notANumber();
  return numberOf(multiplied(digits, exponent, factor, context));
};

const maxExponent = 1_000_000;

/** Digits behind the point of a result that is no whole number. */
const places = 10;

function multiplied(digits: bigint, exponent: number, factor: Fraction, context: BuiltinContext): string {
  const [numerator, denominator] = factor;
  const size = (bitLength(digits) + bitLength(numerator) - bitLength(denominator)) * Math.log10(2) + exponent;
  checkSize(Math.ceil(size), context);
  if (exponent >= 0) return fixedPoint([digits * numerator * 10n ** BigInt(exponent), denominator], places);
  // Less than a half of the last place, whatever the unit: what to divide by need not be made.
  if (digits !== 0n && size < -40) return `${digits < 0n ? "-" : ""}0.${"0".repeat(places)}`;
  return fixedPoint([digits * numerator, denominator * 10n ** BigInt(-exponent)], places);
}

interface Quantity {
  readonly amount: string;
  readonly unit: string;
}

/** Quotation marks count for nothing. */
function splitQuantity(text: string): Quantity {
  const plain = text.replaceAll('"', "");
  if (plain.includes(" ")) throw new BuiltinError("spaces not allowed in resource strings");
  // An `e` belongs to the amount where an exponent follows it.
  const found = plain.search(/[^\d.+\-eE]|[eE](?![\d+-])/);
  const end = found < 0 ? plain.length : found;
  return { amount: plain.slice(0, end), unit: plain.slice(end) };
}

const amountPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

function readAmount(amount: string): { digits: bigint; exponent: number } {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = amountPattern.exec(amount) ?? [];
  if (whole + fraction === "") throw notANumber();
  const digits = BigInt(whole + fraction);
  return { digits: sign === "-" ? -digits : digits, exponent: Number(exponent) - fraction.length };
}

function notANumber(): BuiltinError {
  return new BuiltinError("could not parse amount to a number");
}

/** Character by character, as Go has it: no letter becomes two. */
function lowerCase(text: string): string {
  return text.replaceAll("\u0130", "i").toLowerCase();
}

export const unitBuiltins: BuiltinTable = { "units.parse": parse, "units.parse_bytes": parseBytes };
