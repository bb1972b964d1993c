import { type GlobToken, haveCommonCharacter, readGlob } from "./glob-tokens.ts";
import { spend, type WorkBudget, workBudget } from "./work-budget.ts";

/**
 * Whether some text matches two globs, as `regex.globs_match` of OPA tells it: a `*` or `+` repeats the character, `.` or
 * set before it. What it does not find, some common texts of globs with repetitions on both sides, is not found here.
 * @throws {BuiltinError} for what is no glob
 * @throws {RegoError} `REGO_LIMIT`
 */
export function globsIntersect(left: string, right: string): boolean {
  const trimmed = trim(readGlob(left), readGlob(right));
  if (trimmed === undefined) return false;
  const search = { budget: workBudget("the comparison of two globs"), known: new Map<string, boolean>() };
  return intersectNormal(
    search,
    { tokens: trimmed[0], from: 0, id: 0 },
    { tokens: trimmed[1], from: 0, id: 1 },
  );
}

/** The end of a glob. */
interface Rest {
  readonly tokens: readonly GlobToken[];
  readonly from: number;
  /** which of the two globs it is */
  readonly id: number;
}

interface Search {
  readonly budget: WorkBudget;
  /** what was found out about two rests */
  readonly known: Map<string, boolean>;
}

/** Without the equal beginnings and ends, but for one token; `undefined` where they differ. */
function trim(
  left: readonly GlobToken[],
  right: readonly GlobToken[],
): [readonly GlobToken[], readonly GlobToken[]] | undefined {
  let start = 0;
  for (; areSingle(left[start], right[start]); start++) {
    if (!haveCommonCharacter(left[start]!, right[start]!)) return undefined;
  }
  start = Math.max(start - 1, 0);
  let [leftEnd, rightEnd] = [left.length - 1, right.length - 1];
  for (
    ;
    leftEnd >= start && rightEnd >= start && areSingle(left[leftEnd], right[rightEnd]);
    leftEnd--, rightEnd--
  ) {
    if (!haveCommonCharacter(left[leftEnd]!, right[rightEnd]!)) return undefined;
  }
  const kept = leftEnd < left.length - 1 ? 1 : 0;
  return [left.slice(start, leftEnd + kept + 1), right.slice(start, rightEnd + kept + 1)];
}

function areSingle(left: GlobToken | undefined, right: GlobToken | undefined): boolean {
  return left?.repeat === "" && right?.repeat === "";
}

function at({ tokens, from }: Rest, offset = 0): GlobToken | undefined {
  return tokens[from + offset];
}

function after(rest: Rest, count: number): Rest {
  return { ...rest, from: rest.from + count };
}

function intersectNormal(search: Search, left: Rest, right: Rest): boolean {
  const key = `${left.id}:${left.from}:${right.from}`;
  const known = search.known.get(key);
  if (known !== undefined) return known;
  const found = compareNormal(search, left, right);
  search.known.set(key, found);
  return found;
}

function compareNormal(search: Search, left: Rest, right: Rest): boolean {
  for (let offset = 0; ; offset++) {
    const [a, b] = [at(left, offset), at(right, offset)];
    if (a === undefined || b === undefined) return a === b;
    spend(search.budget, 0);
    if (a.repeat !== "" || b.repeat !== "")
      return intersectRepeated(search, after(left, offset), after(right, offset));
    if (!haveCommonCharacter(a, b)) return false;
  }
}

function intersectRepeated(search: Search, left: Rest, right: Rest): boolean {
  const [repeated, other] = at(left)?.repeat === "" ? [right, left] : [left, right];
  return at(repeated)?.repeat === "+"
    ? intersectPlus(search, repeated, other)
    : intersectStar(search, repeated, other);
}

function intersectPlus(search: Search, repeated: Rest, other: Rest): boolean {
  const [token, first] = [at(repeated), at(other)];
  if (token === undefined || first === undefined || !haveCommonCharacter(token, first)) return false;
  if (intersectStar(search, repeated, after(other, 1))) return true;
  return first.repeat !== "" && intersectNormal(search, after(repeated, 1), other);
}

function intersectStar(search: Search, repeated: Rest, other: Rest): boolean {
  const [token, next] = [at(repeated), at(repeated, 1)];
  if (token === undefined) return false;
  for (let offset = 0; ; offset++) {
    const each = at(other, offset);
    if (each === undefined) return next === undefined;
    spend(search.budget, 0);
    const isNext = next !== undefined && haveCommonCharacter(each, next);
    if (isNext && intersectNormal(search, after(repeated, 1), after(other, offset))) return true;
    if (!haveCommonCharacter(each, token)) return false;
  }
}
