import type { Container } from "./container.ts";
import type { Pod } from "./pod.ts";
import type { Level } from "./settings.ts";

/** Why a pod does not meet a control, in the words of the API server. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** One line of the Pod Security Standards. */
export interface Control {
  readonly level: Level;
  /** The first minor version of Kubernetes that has it. */
  readonly since: number;
  /** From this version on a stricter control of `restricted` stands in for this one there. */
  readonly replacedSince?: number;
  /** @param minor - the version to check by; controls that are the same in all versions do without */
  readonly find: (pod: Pod, minor: number) => Violation | undefined;
}

/** `container "a"`, `containers "a", "b"`. */
export function containersText(containers: readonly Container[]): string {
  const names = containers.map(({ name }) => name);
  return `${counted(names.length, "container", "containers")} ${quoted(names)}`;
}

/** Who set something: `pod and container "a"`; empty when it was nobody. */
export function settersText(isPod: boolean, containers: readonly Container[]): string {
  return [isPod ? "pod" : [], containers.length > 0 ? containersText(containers) : []].flat().join(" and ");
}

/** `"a", "b"`. */
export function quoted(texts: readonly string[]): string {
  return texts.map((text) => `"${text}"`).join(", ");
}

export function counted(count: number, singular: string, plural: string): string {
  return count === 1 ? singular : plural;
}

/** Each text once, sorted. */
export function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
