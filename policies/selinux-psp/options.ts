import * as v from "valibot";

const option = v.nullish(v.string());

/** The fields of `seLinuxOptions`. */
export const optionNames = ["user", "role", "type", "level"] as const;

/** `seLinuxOptions` of a security context, and the same in settings. */
export const SeLinuxOptions = v.object({ user: option, role: option, type: option, level: option });
export type SeLinuxOptions = v.InferOutput<typeof SeLinuxOptions>;

/**
 * Whether options are those that are wanted. User, role and type must not be set where they are not wanted; a level may,
 * as the container runtime gives each container one of its own.
 */
export function matchesOptions(options: SeLinuxOptions, wanted: SeLinuxOptions): boolean {
  const names = ["user", "role", "type"] as const;
  if (names.some((name) => (options[name] ?? undefined) !== (wanted[name] ?? undefined))) return false;
  return wanted.level == null || (options.level != null && isSameLevel(options.level, wanted.level));
}

/** Sensitivity, and categories in any order: `s0:c1,c5` is `s0:c5,c1`. */
function isSameLevel(one: string, other: string): boolean {
  return levelText(one) === levelText(other);
}

function levelText(level: string): string {
  const [sensitivity = "", ...categories] = level.split(":");
  return JSON.stringify([sensitivity, [...new Set(categories.join(":").split(","))].sort()]);
}
