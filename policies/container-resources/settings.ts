import {
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
} from "@kubewarden-ts/policy-sdk/quantity";
import * as v from "valibot";

const prefix = "Provided settings are not valid: ";

/** A quantity as text or number; zero is as good as none. */
const amount = v.nullish(
  v.pipe(
    v.union([v.string(), v.number()]),
    v.rawTransform(({ dataset, addIssue, NEVER }): Quantity | undefined => {
      try {
        const quantity = parseQuantity(String(dataset.value).trim());
        return quantity.nanos === 0n ? undefined : quantity;
      } catch (error) {
        if (!(error instanceof QuantityError)) throw error;
        addIssue({ message: `${prefix}${error.message}` });
        return NEVER;
      }
    }),
  ),
);

/** What is asked of one resource, `cpu` or `memory`. */
const Limits = v.object({
  minLimit: amount,
  maxLimit: amount,
  minRequest: amount,
  maxRequest: amount,
  defaultRequest: amount,
  defaultLimit: amount,
  /** Only whether there are a limit and a request matters. */
  ignoreValues: v.nullish(v.boolean(), false),
});
export type Limits = v.InferOutput<typeof Limits>;

export const Settings = v.object({
  cpu: v.nullish(limitsOf("cpu")),
  memory: v.nullish(limitsOf("memory")),
  /** Images of containers that are left alone; a `*` at the end stands for anything. */
  ignoreImages: v.nullish(v.array(v.string()), []),
});
export type Settings = v.InferOutput<typeof Settings>;

/** In ascending order: none may be greater than one that follows. */
const chain = [
  ["min request", "minRequest"],
  ["default request", "defaultRequest"],
  ["max request", "maxRequest"],
  ["min limit", "minLimit"],
  ["default limit", "defaultLimit"],
  ["max limit", "maxLimit"],
] as const;

/** Whether the resource has to be there, whatever its values are. */
export function isPresenceOnly(limits: Limits): boolean {
  return limits.ignoreValues || isEmpty(limits);
}

export function findSettingsProblem({ cpu, memory }: Settings): string | undefined {
  if (cpu == null && memory == null) {
    return `${prefix}no settings provided. At least one resource limit or request must be verified`;
  }
  const bothEmpty = [cpu, memory].every(
    (limits) => limits != null && !limits.ignoreValues && isEmpty(limits),
  );
  const problems = [["cpu", cpu] as const, ["memory", memory] as const].flatMap(([name, limits]) => {
    const problem = bothEmpty ? "all the quantities must be defined" : limits && findDisorder(limits);
    return problem == null ? [] : [`invalid ${name} settings`, problem];
  });
  return problems.length === 0 ? undefined : `${prefix}${problems.join("\n")}`;
}

function limitsOf(name: string) {
  const isNoList = v.check((value) => !Array.isArray(value), `${name}: expected object, got array`);
  return v.pipe(v.unknown(), isNoList, Limits);
}

function isEmpty(limits: Limits): boolean {
  return chain.every(([, field]) => limits[field] == null);
}

function findDisorder(limits: Limits): string | undefined {
  for (const [index, [lowerName, lowerField]] of chain.entries()) {
    const lower = limits[lowerField];
    if (lower == null) continue;
    for (const [name, field] of chain.slice(index + 1)) {
      const upper = limits[field];
      if (upper == null || compareQuantities(lower, upper) <= 0) continue;
      return `${lowerName}: ${formatQuantity(lower)} cannot be greater than ${name}: ${formatQuantity(upper)}`;
    }
  }
  return undefined;
}
