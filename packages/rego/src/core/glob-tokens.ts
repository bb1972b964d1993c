import { BuiltinError } from "../errors.ts";

/** Code points from the first to the last, both included. */
type Range = readonly [first: number, last: number];

/** A part of a glob: which characters, and whether they are repeated. */
export interface GlobToken {
  /** In order and apart from each other; `any` has a character in common with everything, an empty set included. */
  readonly characters: "any" | readonly Range[];
  repeat: "" | "+" | "*";
}

export function haveCommonCharacter(
  { characters: left }: GlobToken,
  { characters: right }: GlobToken,
): boolean {
  if (left === "any" || right === "any") return true;
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i]![1] < right[j]![0]) i++;
    else if (right[j]![1] < left[i]![0]) j++;
    else return true;
  }
  return false;
}

/** Reads a glob; of equal repetitions one after the other one is kept. @throws {BuiltinError} */
export function readGlob(text: string): readonly GlobToken[] {
  const reader: Reader = { characters: Array.from(text), position: 0 };
  const tokens: GlobToken[] = [];
  while (reader.position < reader.characters.length) {
    const token = readToken(reader);
    const last = tokens.at(-1);
    if (last !== undefined && last.repeat !== "" && token.repeat !== "" && isEqual(last, token)) {
      if (token.repeat === "+") last.repeat = "+";
    } else tokens.push(token);
  }
  return tokens;
}

interface Reader {
  readonly characters: readonly string[];
  position: number;
}

/** A set of one character is still a set. */
interface ReadToken extends GlobToken {
  readonly kind: "character" | "any" | "set";
}

function isEqual(left: GlobToken, right: GlobToken): boolean {
  return (
    (left as ReadToken).kind === (right as ReadToken).kind &&
    String(left.characters) === String(right.characters)
  );
}

function readToken(reader: Reader): ReadToken {
  const { character, isEscaped } = readCharacter(reader);
  const token = isEscaped ? single(character) : readSpecial(reader, character);
  const flag = reader.characters[reader.position];
  // The modifier of the next character is looked at already.
  if (flag === "\\" && reader.position + 1 === reader.characters.length) throw invalid(reader);
  if (flag !== "+" && flag !== "*") return token;
  reader.position++;
  return { ...token, repeat: flag };
}

function readSpecial(reader: Reader, character: string): ReadToken {
  switch (character) {
    case ".":
      return { kind: "any", characters: "any", repeat: "" };
    case "[":
      return readSet(reader);
    case "]":
    case "+":
    case "*":
      throw invalid(reader);
    default:
      return single(character);
  }
}

function single(character: string): ReadToken {
  const code = codeOf(character);
  return { kind: "character", characters: [[code, code]], repeat: "" };
}

function readSet(reader: Reader): ReadToken {
  const ranges: Range[] = [];
  let previous: number | undefined;
  for (;;) {
    const { character, isEscaped } = readCharacter(reader);
    if (!isEscaped && character === "]") return { kind: "set", characters: joined(ranges), repeat: "" };
    if (!isEscaped && character === "-") {
      ranges.push(readRange(reader, previous));
      previous = undefined;
    } else {
      previous = codeOf(character);
      ranges.push([previous, previous]);
    }
  }
}

/** What is behind the hyphen; a bracket must follow somewhere. */
function readRange(reader: Reader, first: number | undefined): Range {
  if (first === undefined || reader.position >= reader.characters.length - 1) throw invalid(reader);
  const { character, isEscaped } = readCharacter(reader);
  const last = codeOf(character);
  if (last < first || (!isEscaped && (character === "]" || character === "-"))) throw invalid(reader);
  return [first, last];
}

function joined(ranges: readonly Range[]): readonly Range[] {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

function readCharacter(reader: Reader): { character: string; isEscaped: boolean } {
  const { characters } = reader;
  const isEscaped = characters[reader.position] === "\\";
  const character = characters[reader.position + Number(isEscaped)];
  if (character === undefined) throw invalid(reader);
  reader.position += 1 + Number(isEscaped);
  return { character, isEscaped };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function invalid({ position }: Reader): BuiltinError {
  return new BuiltinError(`the glob is invalid at character ${position}`);
}
