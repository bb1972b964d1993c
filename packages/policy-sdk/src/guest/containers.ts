import { type PodSpecSource, podSpecOf, UnreadableObjectError } from "./pod-spec.ts";
import type { Container, PodSpec } from "./workloads.ts";

const lists = [
  ["container", "containers"],
  ["init", "initContainers"],
  ["ephemeral", "ephemeralContainers"],
] as const;

export type ContainerKind = (typeof lists)[number][0];

/** One container, as a reference into the object, and which list it stands in. */
export interface FoundContainer extends Container {
  readonly kind: ContainerKind;
}

export interface ContainerChoice {
  /** Whether to list init containers; they are by default. */
  readonly init?: boolean;
  /** Whether to list ephemeral containers; they are by default. */
  readonly ephemeral?: boolean;
}

/**
 * The containers of a pod or workload in one list: containers, then init, then ephemeral ones; none for other kinds.
 * @throws {UnreadableObjectError} when a list is not a list of objects
 * @example containersOf(object, { init: false }).find(({ image }) => image === "nginx")
 */
export function containersOf(source: PodSpecSource, choice: ContainerChoice = {}): FoundContainer[] {
  const spec = podSpecOf(source);
  return spec === undefined ? [] : containersIn(spec, choice);
}

/** As `containersOf`, for a pod spec. */
export function containersIn(spec: PodSpec, choice: ContainerChoice = {}): FoundContainer[] {
  const { init = true, ephemeral = true } = choice;
  const wanted = lists.filter(([kind]) => kind === "container" || (kind === "init" ? init : ephemeral));
  return wanted.flatMap(([kind, field]) => containersUnder(spec, field).map((found) => marked(found, kind)));
}

function containersUnder(spec: PodSpec, field: (typeof lists)[number][1]): Container[] {
  const list: unknown = spec[field] ?? [];
  if (!Array.isArray(list)) throw new UnreadableObjectError(`${field}: expected a list`);
  for (const [index, item] of list.entries()) {
    const readable = typeof item === "object" && item !== null && !Array.isArray(item);
    if (!readable) throw new UnreadableObjectError(`${field}[${index}]: expected an object`);
  }
  return list;
}

/** Marked in place, as edits have to reach the object, and not enumerable, as the mark must not reach the patch. */
function marked(container: Container, kind: ContainerKind): FoundContainer {
  if (Object.getOwnPropertyDescriptor(container, "kind")?.enumerable) {
    throw new UnreadableObjectError("a container has no field `kind`");
  }
  return Object.defineProperty(container, "kind", { value: kind, configurable: true }) as FoundContainer;
}
