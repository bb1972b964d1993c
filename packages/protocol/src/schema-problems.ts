import type * as v from "valibot";

/**
 * Puts the findings of a schema in words, one line each: `rules[0].operations: expected array, received "CREATE"`.
 * A finding about the whole value has no path.
 * @example
 * const result = v.safeParse(Config, input);
 * if (!result.success) throw new ConfigError(schemaProblems(result.issues).join("\n"), { code: "CONFIG_INVALID" });
 */
export function schemaProblems(issues: readonly v.BaseIssue<unknown>[]): string[] {
  return issues.flatMap((issue) => describe(issue, ""));
}

function describe(issue: v.BaseIssue<unknown>, parentPath: string): string[] {
  const path = parentPath + formatPath(issue, parentPath !== "");
  const deeper = deepestOption(issue);
  if (deeper !== undefined) return deeper.flatMap((inner) => describe(inner, path));
  const text = `expected ${expectedOf(issue)}, received ${receivedOf(issue)}`;
  return [path === "" ? text : `${path}: ${text}`];
}

/** Of a union that failed inside one of its options, that option's findings tell more than the union's own. */
function deepestOption(issue: v.BaseIssue<unknown>): readonly v.BaseIssue<unknown>[] | undefined {
  const inside = issue.issues?.filter((inner) => inner.path !== undefined);
  return issue.type === "union" && inside !== undefined && inside.length > 0 ? inside : undefined;
}

function formatPath(issue: v.BaseIssue<unknown>, nested: boolean): string {
  const path = (issue.path ?? []).map(({ key }) => formatKey(key)).join("");
  return nested ? path : path.replace(/^\./, "");
}

function formatKey(key: unknown): string {
  return typeof key === "number" ? `[${key}]` : `.${String(key)}`;
}

function expectedOf(issue: v.BaseIssue<unknown>): string {
  if (isMissingKey(issue)) return "a value";
  if (issue.type === "strict_object" && issue.expected === "never") return "no such field";
  // A message of the schema's author says it better; those of Valibot begin like this.
  if (!issue.message.startsWith("Invalid ")) return issue.message;
  const expected = issue.expected ?? issue.type;
  return expected.startsWith("(") && expected.endsWith(")") ? expected.slice(1, -1) : expected;
}

function receivedOf(issue: v.BaseIssue<unknown>): string {
  return issue.received === "undefined" ? "nothing" : issue.received;
}

/** The finding on a required member that is absent carries the name of the member where others carry the type. */
function isMissingKey(issue: v.BaseIssue<unknown>): boolean {
  const key = issue.path?.at(-1)?.key;
  return issue.received === "undefined" && issue.expected === JSON.stringify(key);
}
