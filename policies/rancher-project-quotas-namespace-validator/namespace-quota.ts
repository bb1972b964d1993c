import { type Part, partIn, partOf, stringIn, UnreadableObjectError } from "@kubewarden-ts/policy-sdk";

/** Fields of a quota and how texts call them, in the order they are judged in. */
export const resources = {
  pods: "Pods",
  services: "Services",
  replicationControllers: "ReplicationControllers",
  secrets: "Secrets",
  configMaps: "ConfigMaps",
  persistentVolumeClaims: "PersistentVolumeClaims",
  servicesNodePorts: "ServicesNodePorts",
  servicesLoadBalancers: "ServicesLoadBalancers",
  requestsCpu: "RequestsCPU",
  requestsMemory: "RequestsMemory",
  requestsStorage: "RequestsStorage",
  limitsCpu: "LimitsCPU",
  limitsMemory: "LimitsMemory",
} as const;
export type Resource = keyof typeof resources;
export const resourceNames = Object.keys(resources) as Resource[]; // keys of a literal

/** What a namespace wants at most, as it is written. */
export type Limits = readonly (readonly [Resource, string])[];

/**
 * Reads the annotation of a namespace. Rancher reads names of fields without case, so they are here as well.
 * @throws {UnreadableObjectError}
 */
export function readLimits(text: string): Limits {
  const limit = partIn(withoutCase(partOf(parsed(text), "quota"), ["limit"]), "limit");
  const found = withoutCase(limit && { ...limit, path: "limit" }, resourceNames);
  return resourceNames.flatMap((resource): (readonly [Resource, string])[] => {
    const value = stringIn(found, resource);
    return value ? [[resource, value]] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The words of the parser depend on the engine.
    throw new UnreadableObjectError("not JSON");
  }
}

/** The fields under the names wanted, whatever their case. */
function withoutCase(part: Part | undefined, names: readonly string[]): Part | undefined {
  if (part === undefined) return undefined;
  const fields: Record<string, unknown> = {};
  for (const [written, value] of Object.entries(part.fields)) {
    const name = names.find((candidate) => candidate.toLowerCase() === written.toLowerCase());
    if (name === undefined) continue;
    if (Object.hasOwn(fields, name)) throw new UnreadableObjectError(`${part.path}.${name}: given twice`);
    fields[name] = value;
  }
  return { path: part.path, fields };
}
