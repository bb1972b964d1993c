import { type Part, partIn, stringIn } from "@kubewarden-ts/policy-sdk";
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
} from "@kubewarden-ts/policy-sdk/quantity";
import type { Limits } from "./settings.ts";

export const resources = ["memory", "cpu"] as const;
export type Resource = (typeof resources)[number];

const amounts = ["limit", "request"] as const;
type Amount = (typeof amounts)[number];
const fields = { limit: "limits", request: "requests" } as const;

/**
 * What a container says of a resource; a text of blanks says nothing.
 * @throws {UnreadableObjectError} when it is no text
 */
export function amountIn(container: Part, resource: Resource, amount: Amount): string | undefined {
  const text = stringIn(partIn(partIn(container, "resources"), fields[amount]), resource);
  return text === undefined || text.trim() === "" ? undefined : text;
}

/** What is missing of the resources that have to be there. */
export function findMissing(container: Part, required: readonly Resource[]): string | undefined {
  const found = partIn(container, "resources");
  if (found === undefined) {
    const [cpu, memory] = [required.includes("cpu"), required.includes("memory")];
    return `container does not have any resource limits or requests: required Cpu:${cpu}, Memory:${memory}`;
  }
  for (const amount of amounts) {
    const given = Object.keys(partIn(found, fields[amount])?.fields ?? {});
    if (given.length === 0 && required.length > 1)
      return `container does not have any resource ${fields[amount]}`;
    const missing = required.find((resource) => amountIn(container, resource, amount) === undefined);
    if (missing !== undefined) return `container does not have a ${missing} ${amount}`;
  }
  return undefined;
}

/** Which limit or request of a resource is out of bounds. */
export function findOutOfBounds(container: Part, resource: Resource, limits: Limits): string | undefined {
  const bounds = {
    limit: { min: limits.minLimit, max: limits.maxLimit },
    request: { min: limits.minRequest, max: limits.maxRequest },
  };
  for (const amount of amounts) {
    const { min, max } = bounds[amount];
    const text = amountIn(container, resource, amount);
    if (text === undefined || (min == null && max == null)) continue;
    const what = `${resource} ${amount}`;
    const value = parse(text);
    if (value instanceof QuantityError) return `invalid ${what}`;
    const written = `${what} '${formatQuantity(value)}'`;
    if (max != null && compareQuantities(value, max) > 0) {
      return `${written} exceeds the max allowed value '${formatQuantity(max)}'`;
    }
    if (min != null && compareQuantities(value, min) < 0) {
      return `${written} doesn't reach the min allowed value '${formatQuantity(min)}'`;
    }
  }
  return undefined;
}

/**
 * Adds what is missing of a resource and has a default, in place.
 * @returns whether something was added, or what is wrong with the result
 */
export function addDefaults(container: Part, resource: Resource, limits: Limits): boolean | string {
  const defaults = { limit: limits.defaultLimit, request: limits.defaultRequest };
  let changed = false;
  for (const amount of amounts) {
    const value = defaults[amount];
    if (value == null || amountIn(container, resource, amount) !== undefined) continue;
    const found = partIn(container, "resources");
    const given = Object.assign(partIn(found, fields[amount])?.fields ?? {}, {
      [resource]: formatQuantity(value),
    });
    container.fields["resources"] = Object.assign(found?.fields ?? {}, { [fields[amount]]: given });
    changed = true;
    const problem = findConflict(container, resource);
    if (problem !== undefined)
      return `There is an issue after resource ${fields[amount]} mutation\n${problem}`;
  }
  return changed;
}

/** A container that asks for more than it may use does not start. */
function findConflict(container: Part, resource: Resource): string | undefined {
  const [limitText, requestText] = amounts.map((amount) => amountIn(container, resource, amount));
  if (limitText === undefined || requestText === undefined) return undefined;
  const [limit, request] = [parse(limitText), parse(requestText)];
  if (limit instanceof QuantityError) return `invalid ${resource} limit\n${limit.message}`;
  if (request instanceof QuantityError) return `invalid ${resource} request\n${request.message}`;
  if (compareQuantities(limit, request) >= 0) return undefined;
  return `${resource} limit '${formatQuantity(limit)}' is less than the requested '${formatQuantity(request)}' value. Please, change the resource configuration or change the policy settings to accommodate the requested value`;
}

function parse(text: string): Quantity | QuantityError {
  try {
    return parseQuantity(text);
  } catch (error) {
    if (error instanceof QuantityError) return error;
    throw error;
  }
}
