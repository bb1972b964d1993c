import { type Part, stringIn } from "@kubewarden-ts/policy-sdk";
import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
} from "@kubewarden-ts/policy-sdk/quantity";
import { type Limits, type Resource, resources } from "./namespace-quota.ts";

/**
 * Which of the limits are more than what the project has left: its own limit without what its namespaces have. What the
 * project does not limit it has nothing of.
 * @throws {UnreadableObjectError} when an amount of the project is no text
 */
export function findExcess(limits: Limits, total: Part | undefined, used: Part | undefined): string[] {
  return limits.flatMap(([resource, requested]) => {
    const problem = excessOf(resource, requested, total, used);
    return problem === undefined ? [] : [`${resources[resource]} limit: ${problem}`];
  });
}

function excessOf(
  resource: Resource,
  requested: string,
  total: Part | undefined,
  used: Part | undefined,
): string | undefined {
  const amounts = [
    readAmount(requested, "namespace limit"),
    readAmount(stringIn(total, resource), "project limit"),
    readAmount(stringIn(used, resource), "project used quota"),
  ] as const;
  const problem = amounts.find((amount) => typeof amount === "string");
  const [wanted, limit, taken] = amounts;
  if (typeof wanted === "string" || typeof limit === "string" || typeof taken === "string") return problem;
  // Go keeps the format of the left side, unless that is zero.
  const { format } = limit.nanos === 0n ? taken : limit;
  const available = { nanos: limit.nanos - taken.nanos, format };
  if (compareQuantities(wanted, available) <= 0) return undefined;
  const comparison = `requested ${formatQuantity(wanted)}, available ${formatQuantity(available)}`;
  return `Namespace requested limit exceeds the availability of the project resource: ${comparison}`;
}

/** An absent amount is zero; a text says what is wrong. */
function readAmount(text: string | undefined, subject: string): Quantity | string {
  try {
    return parseQuantity(text || "0");
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    return `Cannot convert ${subject} to quantity: ${error.message}`;
  }
}
