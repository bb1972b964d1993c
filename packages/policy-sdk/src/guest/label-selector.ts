import { fulfils, type LabelRequirement, labelRequirement } from "./label-requirement.ts";
import { LabelSelectorError } from "./label-syntax.ts";

export type { LabelRequirement } from "./label-requirement.ts";
export { parseLabelSelector } from "./label-selector-text.ts";
export { LabelSelectorError } from "./label-syntax.ts";

/** Conditions that must all hold; without any, all labels match. */
export type LabelSelector = readonly LabelRequirement[];

/** A selector as Kubernetes objects have it. */
export interface LabelSelectorObject {
  readonly matchLabels?: Readonly<Record<string, string>> | null | undefined;
  readonly matchExpressions?: readonly LabelExpression[] | null | undefined;
}

/** One entry of `matchExpressions`. */
export interface LabelExpression {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null | undefined;
}

const operators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;

/**
 * Reads a selector as Kubernetes objects have it.
 * @throws {LabelSelectorError}
 * @example matchesLabels(selectorOf({ matchLabels: { app: "web" } }), object.metadata?.labels)
 */
export function selectorOf({ matchLabels, matchExpressions }: LabelSelectorObject): LabelSelector {
  const equal = Object.entries(matchLabels ?? {}).map(([key, value]) => labelRequirement(key, "In", [value]));
  const expressions = (matchExpressions ?? []).map(({ key, operator, values }) => {
    const known = operators.find((name) => name === operator);
    if (known === undefined) throw new LabelSelectorError(`unknown operator ${JSON.stringify(operator)}`);
    return labelRequirement(key, known, values ?? []);
  });
  return [...equal, ...expressions];
}

/** Whether labels fulfil a selector. */
export function matchesLabels(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>> | null | undefined,
): boolean {
  return selector.every((requirement) => fulfils(labels ?? {}, requirement));
}

/** The text of a selector, as `kubectl --selector` takes it. */
export function formatLabelSelector(selector: LabelSelector): string {
  return selector.map(formatRequirement).join(",");
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case "In":
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(",")})`;
    case "NotIn":
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
    case "Gt":
      return `${key}>${values[0]}`;
    case "Lt":
      return `${key}<${values[0]}`;
  }
}
