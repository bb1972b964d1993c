/** A condition on one label; conditions of `matchLabels` are `In` with one value. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Some for `In` and `NotIn`, none for the others. */
  readonly values: readonly string[];
}

/** Conditions that must all hold; without any, all labels match. */
export type LabelSelector = readonly LabelRequirement[];

const operators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
type LabelOperator = (typeof operators)[number];

/** The value is no label selector; the message has the path of the field below the selector. */
export class LabelSelectorError extends Error {
  override readonly name = "LabelSelectorError";
}

/**
 * Reads a LabelSelector as Kubernetes objects have it. What an API server would refuse is refused: a selector that is
 * read otherwise than it was meant could leave objects unseen.
 * @param value - what was read from YAML or JSON
 * @throws {LabelSelectorError}
 * @example matchesLabels(readLabelSelector({ matchLabels: { app: "web" } }), { app: "web" }) // true
 */
export function readLabelSelector(value: unknown): LabelSelector {
  const { matchLabels, matchExpressions, ...others } = mapping(value, "the selector");
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new LabelSelectorError(`${unknown}: expected no such field`);
  const equal = Object.entries(mapping(matchLabels ?? {}, "matchLabels")).map(([key, label]) =>
    requirement({ key, operator: "In", values: [label] }, `matchLabels.${key}`),
  );
  const expressions = list(matchExpressions ?? [], "matchExpressions").map((expression, index) => {
    const path = `matchExpressions[${index}]`;
    return requirement(mapping(expression, path), path);
  });
  return [...equal, ...expressions];
}

/** Whether labels fulfil a selector. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every((condition) => fulfils(condition, labels));
}

function fulfils({ key, operator, values }: LabelRequirement, labels: Readonly<Record<string, string>>) {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

function requirement(fields: Readonly<Record<string, unknown>>, path: string): LabelRequirement {
  const { key, operator, values } = fields;
  if (typeof key !== "string" || key === "") throw expected(`${path}.key`, "a label key", key);
  const known = operators.find((name) => name === operator);
  if (known === undefined) throw expected(`${path}.operator`, operators.join(", "), operator);
  const texts = list(values ?? [], `${path}.values`).map((text) => {
    if (typeof text !== "string") throw expected(`${path}.values`, "strings", text);
    return text;
  });
  const takesValues = known === "In" || known === "NotIn";
  if (takesValues !== texts.length > 0) {
    throw new LabelSelectorError(`${path}.values: ${known} takes ${takesValues ? "some" : "no"} values`);
  }
  return { key, operator: known, values: texts };
}

function mapping(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw expected(path, "a mapping", value);
}

function list(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw expected(path, "a list", value);
}

function expected(path: string, what: string, value: unknown): LabelSelectorError {
  const received = typeof value === "string" ? JSON.stringify(value) : value === null ? "null" : typeof value;
  return new LabelSelectorError(`${path}: expected ${what}, received ${received}`);
}
