import { isGroup, type Policy } from "@kubewarden-ts/api/policies";
import { isRawNumber } from "@kubewarden-ts/kube";

/**
 * How many objects and lists may lie in one another in settings. They stand a few levels deep in `policies.yml` and in what
 * a guest gets, which readers of JSON and YAML in Rust read 128 levels deep: one policy beyond would make the file
 * unreadable for all the others.
 */
export const maxSettingsDepth = 100;

/** A field of a policy that holds settings which are nested too deep. */
export function tooDeepSettings(policy: Policy): string[] {
  if (!isGroup(policy)) return isDeeper(policy.spec.settings, maxSettingsDepth) ? ["spec.settings"] : [];
  return Object.entries(policy.spec.policies)
    .filter(([, { settings }]) => isDeeper(settings, maxSettingsDepth))
    .map(([name]) => `spec.policies[${name}].settings`);
}

/** Goes no deeper than it has to, whatever is below. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null || isRawNumber(value)) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
