import type { LabelSelector } from "./vap-schema.ts";

/**
 * The selector that selects what all given ones select; `undefined` when none selects anything away.
 */
export function allSelectors(selectors: readonly (LabelSelector | null | undefined)[]): object | undefined {
  const given = selectors.filter((selector) => selector !== null && selector !== undefined);
  const [first, ...others] = given.filter((selector) => !isEmpty(selector));
  if (first === undefined) return undefined;
  const labels = new Map(Object.entries(first.matchLabels));
  const expressions = [...first.matchExpressions];
  for (const { matchLabels, matchExpressions } of others) {
    for (const [key, value] of Object.entries(matchLabels)) {
      // One key has one value in matchLabels; a second one goes where keys may stand twice.
      if ((labels.get(key) ?? value) === value) labels.set(key, value);
      else expressions.push({ key, operator: "In", values: [value] });
    }
    expressions.push(...matchExpressions);
  }
  return {
    ...(labels.size > 0 && { matchLabels: Object.fromEntries(labels) }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  };
}

function isEmpty({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}
