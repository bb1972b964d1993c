import { isJsonObject } from "../objects/json-value.ts";
import type { FakeState } from "./fake-cluster.ts";

/** Which objects a list or a watch is about. */
export type Selection = (state: FakeState) => boolean;

/** Understands `a=b`, `a==b`, `a!=b` and `a`, joined by commas; fields of every kind. */
export function selectionOf(namespace: string | undefined, query: URLSearchParams): Selection {
  const labels = termsOf(query.get("labelSelector"));
  const fields = termsOf(query.get("fieldSelector"));
  return (state) =>
    (namespace === undefined || state.namespace === namespace) &&
    labels.every((term) => holds(term, state.labels)) &&
    fields.every((term) => holds(term, { [term.key]: textAt(state.object, term.key) }));
}

/** Whether a selector is one that an API server could read, as far as it is looked at here. */
export function isSelector(text: string | null): boolean {
  return text === null || (text.match(/\(/g)?.length ?? 0) === (text.match(/\)/g)?.length ?? 0);
}

interface Term {
  readonly key: string;
  readonly operator: string | undefined;
  readonly value: string | undefined;
}

function termsOf(text: string | null): Term[] {
  if (text === null || text === "") return [];
  return text.split(",").map((part) => {
    const [, key = "", operator, value] = /^([^=!]+)(?:(==|=|!=)(.*))?$/.exec(part) ?? [];
    return { key, operator, value };
  });
}

function holds({ key, operator, value }: Term, found: Readonly<Record<string, string>>): boolean {
  const actual = Object.hasOwn(found, key) ? found[key] : undefined;
  if (operator === undefined) return actual !== undefined;
  return operator === "!=" ? actual !== value : actual === value;
}

/** The text of a field; `""` where there is none. */
function textAt(object: unknown, path: string): string {
  let value = object;
  for (const key of path.split(".")) value = isJsonObject(value) ? value[key] : undefined;
  return value === undefined ? "" : String(value);
}
