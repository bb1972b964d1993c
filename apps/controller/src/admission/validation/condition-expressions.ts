import { validatingWebhookConfigurations, type WebhookConfiguration } from "@kubewarden-ts/api/core";
import type { MatchCondition } from "@kubewarden-ts/api/policies";
import { errorText, mapConcurrent } from "@kubewarden-ts/base";
import { isKubeError } from "@kubewarden-ts/kube";
import { type FieldError, notChecked, required } from "../field-error.ts";
import type { ClusterLookUp } from "./findings.ts";

const name = "kubewarden-ts-match-conditions-check";
/** Where the API server says what is wrong, when it got one condition. */
const checkedField = "webhooks[0].matchConditions[0].expression: ";
/** Expressions of one review that are checked by themselves: its price for the API server. Further mistakes are found next time. */
const maxChecked = 8;
/** Of those, how many at the same time. */
const atOnce = 4;

export interface ExpressionFindings {
  /** by the index of the condition */
  readonly errors: ReadonlyMap<number, readonly FieldError[]>;
  readonly warnings: readonly string[];
}

/**
 * Has the API server check expressions, which it will evaluate, by a webhook configuration that it does not store
 * (controller.md 12.1): all in one, and when that is refused a few by themselves, so that a message belongs to its condition.
 * An expression that could not be checked, or not in time, is refused.
 */
export async function expressionFindings(
  conditions: readonly MatchCondition[],
  lookUp: ClusterLookUp,
): Promise<ExpressionFindings> {
  const expressions = conditions
    .map(({ expression }, index) => ({ expression, index }))
    .filter(({ expression }) => expression.trim() !== "");
  const blank = conditions.flatMap(({ expression }, index): [number, FieldError[]][] =>
    expression.trim() === "" ? [[index, [required(fieldOf(index))]]] : [],
  );
  if (expressions.length === 0) return { errors: new Map(blank), warnings: [] };
  const all = await check(expressions, lookUp);
  if (all.kind === "good") return { errors: new Map(blank), warnings: [] };
  if (all.kind === "unknown") return { errors: new Map(blank), warnings: [notKnown] };
  const errors = all.kind === "refused" ? await eachOf(expressions, all, lookUp) : [errorOf(0, all)];
  return { errors: new Map([...blank, ...errors]), warnings: [] };
}

/** Which of the expressions that were refused together are wrong. */
async function eachOf(
  expressions: readonly Expression[],
  all: Refusal,
  lookUp: ClusterLookUp,
): Promise<[number, FieldError[]][]> {
  const [only, ...others] = expressions;
  if (only !== undefined && others.length === 0) return [errorOf(only.index, all)];
  const found = await mapConcurrent(suspects(expressions, all), atOnce, async (each) => {
    const checked = await check([each], lookUp);
    return checked.kind === "refused" || checked.kind === "failed" ? [errorOf(each.index, checked)] : [];
  });
  // refused together, and good one by one: nobody knows what is wrong
  return found.flat().length > 0 ? found.flat() : [errorOf(0, { ...all, kind: "failed" })];
}

/** Those that the API server names; the words of an expression can name others too, so its word alone is no finding. */
function suspects(expressions: readonly Expression[], { message }: Refusal): Expression[] {
  const named = new Set(Array.from(message.matchAll(/matchConditions\[(\d+)\]/g), ([, at]) => Number(at)));
  const among = expressions.filter((_each, at) => named.has(at));
  return (among.length > 0 ? among : expressions).slice(0, maxChecked);
}

const notKnown =
  "spec.matchConditions: this API server does not know them: they were not checked, and the policy sees all requests that its rules match";

interface Expression {
  readonly expression: string;
  /** of its condition */
  readonly index: number;
}

interface Refusal {
  readonly kind: "refused" | "failed";
  readonly message: string;
}

type Checked =
  | { readonly kind: "good" }
  /** the API server leaves conditions out: it is older than they are */
  | { readonly kind: "unknown" }
  | Refusal;

async function check(
  expressions: readonly Expression[],
  { objects, dryRuns, signal }: ClusterLookUp,
): Promise<Checked> {
  try {
    using _permit = await dryRuns.acquire({ signal });
    const options = { dryRun: true, signal };
    const stored = await objects.create(validatingWebhookConfigurations, configuration(expressions), options);
    return stored.webhooks?.[0]?.["matchConditions"] === undefined ? { kind: "unknown" } : { kind: "good" };
  } catch (error) {
    const refused = isKubeError(error) && error.status === 422;
    return { kind: refused ? "refused" : "failed", message: errorText(error) };
  }
}

/** One that matches nothing, and would never be asked. */
function configuration(expressions: readonly Expression[]): WebhookConfiguration {
  const { apiVersion, kind } = validatingWebhookConfigurations;
  const webhook = {
    name: "match-conditions-check.kubewarden.io",
    admissionReviewVersions: ["v1"],
    clientConfig: { url: "https://localhost/" },
    rules: [],
    sideEffects: "None",
    matchConditions: expressions.map(({ expression }, index) => ({ name: `condition-${index}`, expression })),
  };
  return { apiVersion, kind, metadata: { name }, webhooks: [webhook] };
}

/** In the API server's own words, where it says what is wrong with the expression. */
function errorOf(index: number, { kind, message }: Refusal): [number, FieldError[]] {
  const field = fieldOf(index);
  const start = message.indexOf(checkedField);
  if (kind === "refused" && start !== -1) {
    const text = message.slice(start + checkedField.length);
    return [index, [{ reason: "FieldValueInvalid", field, message: text }]];
  }
  return [index, [notChecked(field, `the API server could not check it: ${message}`)]];
}

function fieldOf(index: number): string {
  return `spec.matchConditions[${index}].expression`;
}
