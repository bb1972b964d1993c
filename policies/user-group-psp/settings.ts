import * as v from "valibot";

const bound = v.optional(v.pipe(v.number(), v.integer()), 0);
const Range = v.object({ min: bound, max: bound });
export type Range = v.InferOutput<typeof Range>;

const Strategy = v.object({
  rule: v.optional(v.picklist(["MustRunAs", "MayRunAs", "MustRunAsNonRoot", "RunAsAny"]), "RunAsAny"),
  ranges: v.optional(v.array(Range), []),
  /** Whether to set the first ID of the ranges whatever is there. */
  overwrite: v.optional(v.boolean(), false),
});
/** A rule for one kind of ID. */
export type Strategy = v.InferOutput<typeof Strategy>;
const strategy = v.optional(Strategy, {});

export const Settings = v.object({
  run_as_user: strategy,
  run_as_group: strategy,
  supplemental_groups: strategy,
  validate_container_image_configuration: v.optional(v.boolean(), false),
  validate_only: v.optional(v.boolean(), false),
});
export type Settings = v.InferOutput<typeof Settings>;

/** The text of what is wrong with the settings. */
export function checkSettings(settings: Settings): string | undefined {
  const { run_as_user, run_as_group, supplemental_groups, validate_only } = settings;
  const problem =
    userProblem(run_as_user) ??
    groupProblem("run_as_group", run_as_group) ??
    groupProblem("supplemental_groups", supplemental_groups);
  if (problem !== undefined) return problem;
  const overwrites = [run_as_user, run_as_group, supplemental_groups].some(({ overwrite }) => overwrite);
  return validate_only && overwrites ? "validate_only cannot be true when overwrite is true" : undefined;
}

function userProblem({ rule, ranges, overwrite }: Strategy): string | undefined {
  if (overwrite && (rule === "RunAsAny" || rule === "MustRunAsNonRoot")) return overwriteProblem(rule);
  if (rule === "MayRunAs") return "Invalid run_as_user settings: invalid rule.";
  if (rule !== "MustRunAs") return undefined;
  if (ranges.length === 0) return "Invalid run_as_user settings: Missing user ID range";
  return rangeProblem("run_as_user", ranges);
}

function groupProblem(
  name: "run_as_group" | "supplemental_groups",
  { rule, ranges, overwrite }: Strategy,
): string | undefined {
  if (overwrite && (rule === "RunAsAny" || rule === "MayRunAs")) return overwriteProblem(rule);
  if (rule === "MustRunAsNonRoot") return `Invalid ${name} settings: Invalid rule.`;
  if (rule === "RunAsAny") return undefined;
  if (ranges.length === 0) return `Invalid ${name} settings: missing ID range`;
  return rangeProblem(name, ranges);
}

function overwriteProblem(rule: string): string {
  return `Cannot set overwrite field with ${rule}`;
}

function rangeProblem(name: string, ranges: readonly Range[]): string | undefined {
  const bad = ranges.filter(({ min, max }) => min > max);
  const texts = bad.map(({ min, max }) => `IDRange { min: ${min}, max: ${max} }`);
  return bad.length === 0 ? undefined : `Invalid ${name} settings: Invalid ID range: [${texts.join(", ")}]`;
}
