import { BuiltinError } from "../../errors.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../builtin.ts";
import { int64Operand, stringOperand, stringsOperand } from "../operands.ts";
import { numberOf, type RegoValue } from "../value.ts";

/** Characters of gobwas/glob that have a meaning. */
const quoteGlob: Builtin = (operands, context) => {
  const pattern = stringOperand(operands, 0);
  const quoted = pattern.replaceAll(/[\\*?[\]{}]/g, "\\$&");
  checkSize(quoted.length, context);
  return quoted;
};

/** Places of a text in another, counted in characters; they may overlap. */
const indexesOf: Builtin = (operands, context) => {
  const base = stringOperand(operands, 0);
  const search = stringOperand(operands, 1);
  if (search === "") throw new BuiltinError("empty search character");
  const places: RegoValue[] = [];
  let counted = 0;
  let character = 0;
  for (let at = base.indexOf(search); at >= 0; at = base.indexOf(search, at + 1)) {
    for (; counted < at; counted++) if (!isSecondHalf(base, counted)) character++;
    places.push(numberOf(character));
    checkSize(places.length, context);
  }
  return places;
};

function isSecondHalf(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

const countTexts: Builtin = (operands) => {
  const base = stringOperand(operands, 0);
  const search = stringOperand(operands, 1);
  // An empty text is between all characters, and at both ends.
  if (search === "") return numberOf(lengthOf(base) + 1);
  let count = 0;
  for (let at = base.indexOf(search); at >= 0; at = base.indexOf(search, at + search.length)) count++;
  return numberOf(count);
};

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** The first parts, or for a negative count the last ones. */
const splitSome: Builtin = (operands, context) => {
  const text = stringOperand(operands, 0);
  const delimiter = stringOperand(operands, 1);
  const count = int64Operand(operands, 2);
  const parts = delimiter === "" ? Array.from(text) : text.split(delimiter);
  const kept = Number(BigInt.asIntN(32, count) === count ? count : count > 0n ? parts.length : -parts.length);
  const chosen = kept >= 0 ? parts.slice(0, kept) : parts.slice(kept);
  checkSize(chosen.length, context);
  return chosen;
};

/** Texts that begin, or end, with one of others. */
const anyMatch =
  (end: "start" | "end"): Builtin =>
  (operands) => {
    const texts = textsOf(operands, 0);
    const affixes = new Set(textsOf(operands, 1));
    const lengths = [...new Set([...affixes].map(({ length }) => length))];
    return texts.some((text) =>
      lengths.some((length) => length <= text.length && affixes.has(affixOf(text, length, end))),
    );
  };

function affixOf(text: string, length: number, end: "start" | "end"): string {
  return end === "start" ? text.slice(0, length) : text.slice(text.length - length);
}

function textsOf(operands: readonly RegoValue[], position: number): readonly string[] {
  const operand = operands[position];
  return typeof operand === "string" ? [operand] : stringsOperand(operands, position);
}

/** Searching, counting and splitting of texts. */
export const textBuiltins: BuiltinTable = {
  "glob.quote_meta": quoteGlob,
  indexof_n: indexesOf,
  "strings.any_prefix_match": anyMatch("start"),
  "strings.any_suffix_match": anyMatch("end"),
  "strings.count": countTexts,
  "strings.split_n": splitSome,
};
