import {
  accept,
  type Container,
  containersIn,
  definePolicy,
  mutate,
  type PodSpec,
  reject,
  requirePodSpec,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const names = v.optional(v.array(v.string()), []);
const Settings = v.object({
  /** `*` allows every capability. */
  allowed_capabilities: names,
  required_drop_capabilities: names,
  default_add_capabilities: names,
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check({ allowed_capabilities: allowed, required_drop_capabilities: drop, default_add_capabilities: add }) {
    const allowedAndDropped = allowed.filter((name) => drop.includes(name));
    if (allowedAndDropped.length > 0) {
      return `These capabilities cannot be allowed because they are also required to be dropped: ${set(allowedAndDropped)}`;
    }
    const addedAndDropped = add.filter((name) => drop.includes(name));
    if (addedAndDropped.length > 0) {
      return `These capabilities cannot be added by default because they are also required to be dropped: ${set(addedAndDropped)}`;
    }
    const addedNotAllowed = notAllowed(add, allowed);
    if (addedNotAllowed.length === 0) return undefined;
    return `These capabilities cannot be added by default because they are not allowed: ${set(addedNotAllowed)}`;
  },
  validate(request, settings) {
    try {
      const spec = requirePodSpec(request);
      if (spec === undefined || !request.object) return accept();
      const problem = findProblem(spec, settings);
      if (problem !== undefined) return reject(problem);
      return addDefaults(spec, settings) ? mutate(request.object) : accept();
    } catch (error) {
      if (!(error instanceof UnreadableObjectError)) throw error;
      return reject(`Error deserializing Pod specification: ${error.message}`);
    }
  },
});

function notAllowed(wanted: readonly string[], allowed: readonly string[]): string[] {
  return allowed.includes("*") ? [] : wanted.filter((name) => !allowed.includes(name));
}

/** What containers and init containers add although they must not. */
function findProblem(spec: PodSpec, settings: Settings): string | undefined {
  const text = "PSP capabilities policies doesn't allow these capabilities to be added";
  const added = containersIn(spec, { ephemeral: false }).flatMap(
    (container) => capabilitiesOf(container).add,
  );
  const forbidden = notAllowed(added, settings.allowed_capabilities);
  if (forbidden.length > 0) return `${text}: ${set(forbidden)}`;
  const dropped = added.filter((name) => settings.required_drop_capabilities.includes(name));
  if (dropped.length === 0) return undefined;
  return `${text} because they are on the \`required_drop_capabilities\` list: ${set(dropped)}`;
}

/** Edits the containers that lack something, in place. @returns whether there was one */
function addDefaults(spec: PodSpec, settings: Settings): boolean {
  let changed = false;
  for (const container of containersIn(spec, { ephemeral: false })) {
    const { add, drop } = capabilitiesOf(container);
    const missingAdd = missing(settings.default_add_capabilities, add);
    const missingDrop = missing(settings.required_drop_capabilities, drop);
    if (missingAdd.length === 0 && missingDrop.length === 0) continue;
    container.securityContext ??= {};
    container.securityContext.capabilities ??= {};
    Object.assign(container.securityContext.capabilities, {
      add: [...add, ...missingAdd],
      drop: [...drop, ...missingDrop],
    });
    changed = true;
  }
  return changed;
}

function missing(wanted: readonly string[], present: readonly string[]): string[] {
  return [...new Set(wanted)].filter((name) => !present.includes(name)).sort();
}

const ContainerCapabilities = v.object({
  securityContext: v.nullish(
    v.object({
      capabilities: v.nullish(
        v.object({ add: v.nullish(v.array(v.string())), drop: v.nullish(v.array(v.string())) }),
      ),
    }),
  ),
});

function capabilitiesOf(container: Container): { add: string[]; drop: string[] } {
  const result = v.safeParse(ContainerCapabilities, container);
  if (!result.success) {
    const [issue] = result.issues;
    throw new UnreadableObjectError(`${v.getDotPath(issue)}: expected ${issue.expected?.toLowerCase()}`);
  }
  const capabilities = result.output.securityContext?.capabilities;
  return { add: capabilities?.add ?? [], drop: capabilities?.drop ?? [] };
}

/** A set as it stands in messages: sorted, each name once. */
function set(values: readonly string[]): string {
  const sorted = [...new Set(values)].sort();
  return `{${sorted.map((name) => JSON.stringify(name)).join(", ")}}`;
}
