import { type BaseIssue, type GenericSchema, getDotPath, type InferOutput, safeParse } from "valibot";
import type { PolicyDefinition } from "./define-policy.ts";
import { listForObject } from "./list-for-object.ts";
import { plainNumbers } from "./lossless-json.ts";

export type SettingsResult<Settings> =
  | { readonly valid: true; readonly settings: Settings }
  | { readonly valid: false; readonly message: string };

/**
 * Reads settings. `null` and absent settings count as `{}`.
 * @returns the settings, or what is wrong with them: path, expected and received, problems joined with `; `
 */
export function readSettings<Settings extends GenericSchema, Request>(
  { settings: schema, check }: Pick<PolicyDefinition<Settings, Request>, "settings" | "check">,
  value: unknown,
): SettingsResult<InferOutput<Settings>> {
  const list = listForObject(schema, value);
  if (list !== undefined)
    return { valid: false, message: `${list || "settings"}: expected object, got array` };
  const result = safeParse(schema, plainNumbers(value ?? {}));
  if (!result.success) return { valid: false, message: result.issues.map(problemText).join("; ") };
  const problem = check?.(result.output);
  return problem === undefined
    ? { valid: true, settings: result.output }
    : { valid: false, message: problem };
}

function problemText(issue: BaseIssue<unknown>): string {
  // A check of the policy's own has a text of its own.
  const expected = issue.type === "integer" ? "integer" : issue.expected;
  if (expected === null) return issue.message;
  const path = getDotPath(issue) ?? "settings";
  if (issue.input === undefined) return `${path}: expected a value, got nothing`;
  if (expected === "never") return `${path}: unknown setting`;
  // Of a literal or a list of them, case and value tell more than the type.
  if (expected.includes('"')) return `${path}: expected ${expected}, got ${issue.received}`;
  const received = issue.kind === "schema" ? typeName(issue.input) : issue.received;
  return `${path}: expected ${expected.toLowerCase()}, got ${received}`;
}

/** How a value is called in messages: `null`, `array`, or what `typeof` says. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
