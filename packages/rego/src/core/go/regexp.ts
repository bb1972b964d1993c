import { Matcher, MatcherInputBase, RE2JS, RE2JSException } from "re2js";
import { BuiltinError } from "../../errors.ts";
import { spend, type WorkBudget, workBudget } from "../work-budget.ts";

/** Places of the groups of one match, the whole match first; `undefined` for a group that took no part. */
export type GroupSpans = readonly (readonly [start: number, end: number] | undefined)[];

/** A regular expression of Go's `regexp`. */
export interface GoRegexp {
  readonly compiled: RE2JS;
  /** Numbers of the groups of a name: Go lets groups have the same one. */
  readonly groups: ReadonlyMap<string, readonly number[]>;
}

/** @throws {BuiltinError} for what is no expression */
export function compileGoRegexp(source: string): GoRegexp {
  try {
    const { source: distinct, originals } = withDistinctNames(source);
    const compiled = RE2JS.compile(distinct);
    const named = Object.entries(compiled.namedGroups()).sort(([, left], [, right]) => left - right);
    const byName = Map.groupBy(named, ([name]) => originals.get(name) ?? name);
    const groups = new Map([...byName].map(([name, each]) => [name, each.map(([, group]) => group)]));
    return { compiled, groups };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new BuiltinError(`error parsing regexp: ${error.message}`, { cause: error });
  }
}

/** What is no beginning of a group (escapes, classes), or the beginning of one that has a name. */
const namedGroup = /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\(\?P?<(\w+)>/gs;

/** Names that were there before get another one. */
function withDistinctNames(source: string): { source: string; originals: Map<string, string> } {
  const originals = new Map<string, string>();
  const seen = new Set<string>();
  const distinct = source.replaceAll(namedGroup, (all, name?: string) => {
    if (name === undefined || !seen.has(name)) {
      if (name !== undefined) seen.add(name);
      return all;
    }
    const other = `${name}_duplicate_${originals.size}`;
    originals.set(other, name);
    return `(?P<${other}>`;
  });
  return { source: distinct, originals };
}

export function testGoRegexp({ compiled }: GoRegexp, text: string): boolean {
  return compiled.test(text);
}

/**
 * All matches that do not overlap, as Go finds them: none that is empty at the end of the one before.
 * @param limit - matches at most
 * @throws {RegoError} `REGO_LIMIT` when the search reads too much: it may start over at each match
 */
export function* matchesOf({ compiled }: GoRegexp, text: string, limit: number): Generator<GroupSpans> {
  const budget = workBudget("the search for a regular expression");
  const matcher = new Matcher(compiled, new CountedInput(text, budget));
  let position = 0;
  let previousEnd = -1;
  for (let found = 0; found < limit && position <= text.length && matcher.find(position); ) {
    const [start, end] = [matcher.start(0), matcher.end(0)];
    const isEmptyHere = end === position;
    if (!isEmptyHere || start !== previousEnd) {
      found++;
      yield spansOf(matcher);
    }
    position = isEmptyHere ? position + widthAt(text, position) : end;
    previousEnd = end;
  }
}

function spansOf(matcher: Matcher): GroupSpans {
  return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => {
    const start = matcher.start(group);
    return start < 0 ? undefined : ([start, matcher.end(group)] as const);
  });
}

/** Code units of the character at a place: one behind the end too. */
function widthAt(text: string, position: number): number {
  return (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
}

/** Characters that are read in the time of one step of a budget. */
const charactersPerStep = 16;

/** A text that takes each character which is read of it off a budget. */
class CountedText extends String {
  readonly #budget: WorkBudget;
  #read = 0;

  constructor(text: string, budget: WorkBudget) {
    super(text);
    this.#budget = budget;
  }

  override charCodeAt(index: number): number {
    if (++this.#read % charactersPerStep === 0) spend(this.#budget, 0);
    return super.charCodeAt(index);
  }
}

class CountedInput extends MatcherInputBase {
  readonly #text: CountedText;

  constructor(text: string, budget: WorkBudget) {
    super();
    this.#text = new CountedText(text, budget);
  }
  override getEncoding(): unknown {
    return MatcherInputBase.Encoding.UTF_16;
  }
  override asCharSequence(): string {
    // Not a plain string, as the library declares: it only asks for length and characters, and those are to be counted.
    return this.#text as unknown as string;
  }
  override length(): number {
    return this.#text.length;
  }
}

/** Fills in the groups of a match (`Regexp.Expand`): `$1`, `$name`, `${name}`, `$$`. */
export function expandGroups(
  template: string,
  { text, spans, regexp }: { text: string; spans: GroupSpans; regexp: GoRegexp },
): string {
  return template.replaceAll(
    /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu,
    (all, braced?: string, bare?: string) => {
      const name = braced ?? bare;
      if (name === undefined) return all === "$$" ? "$" : all;
      const span = groupsOf(name, regexp)
        .map((group) => spans[group])
        .find((each) => each !== undefined);
      return span === undefined ? "" : text.slice(...span);
    },
  );
}

function groupsOf(name: string, { groups }: GoRegexp): readonly number[] {
  return /^(?:0|[1-9]\d{0,8})$/.test(name) ? [Number(name)] : (groups.get(name) ?? []);
}

/** Escapes what has a meaning in a regular expression (`regexp.QuoteMeta`). */
export function quoteRegexp(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}
