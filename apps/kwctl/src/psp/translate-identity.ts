import type { PodSecurityPolicy, Strategy } from "./pod-security-policy.ts";
import type { Translation } from "./translation.ts";

export function fsGroup({ spec }: PodSecurityPolicy): Translation {
  const { rule } = spec.fsGroup;
  if (rule === "RunAsAny") return { notes: rangeNotes("fsGroup", spec.fsGroup) };
  const mutating = rule === "MustRunAs";
  return { policy: { name: "allowed-fsgroups-psp", settings: strategySettings(spec.fsGroup), mutating } };
}

export function userAndGroups({ spec }: PodSecurityPolicy): Translation {
  const { runAsUser, runAsGroup, supplementalGroups } = spec;
  const strategies = Object.entries({ runAsUser, runAsGroup, supplementalGroups });
  const notes = strategies.flatMap(([field, strategy]) => rangeNotes(field, strategy));
  if (strategies.every(([, { rule }]) => rule === "RunAsAny")) return { notes };
  const settings = {
    run_as_user: strategySettings(runAsUser),
    run_as_group: strategySettings(runAsGroup),
    supplemental_groups: strategySettings(supplementalGroups),
  };
  // Of groups that may be chosen nothing is filled in; of all others something is.
  const mutating = strategies.some(([, { rule }]) => rule === "MustRunAs" || rule === "MustRunAsNonRoot");
  return { policy: { name: "user-group-psp", settings, mutating }, notes };
}

export function privilegeEscalation({ spec }: PodSecurityPolicy): Translation {
  if (spec.allowPrivilegeEscalation === false) {
    const settings = { default_allow_privilege_escalation: false };
    return { policy: { name: "allow-privilege-escalation-psp", settings, mutating: true } };
  }
  if (spec.defaultAllowPrivilegeEscalation !== false) return {};
  return {
    notes: [
      "defaultAllowPrivilegeEscalation: has no counterpart, as no policy fills in false and lets true pass; with " +
        "allowPrivilegeEscalation: false there is one",
    ],
  };
}

export function capabilities({ spec }: PodSecurityPolicy): Translation {
  const { allowedCapabilities, requiredDropCapabilities: drop, defaultAddCapabilities: add } = spec;
  const allowsAll = allowedCapabilities.includes("*");
  if (allowsAll && drop.length === 0 && add.length === 0) return {};
  // What a PodSecurityPolicy adds it allows without saying so.
  const allowed = allowsAll ? ["*"] : [...new Set([...allowedCapabilities, ...add])];
  const settings = {
    allowed_capabilities: allowed,
    required_drop_capabilities: drop,
    default_add_capabilities: add,
  };
  return { policy: { name: "capabilities-psp", settings, mutating: drop.length > 0 || add.length > 0 } };
}

export function seLinux({ spec }: PodSecurityPolicy): Translation {
  const { rule, seLinuxOptions } = spec.seLinux;
  const options = Object.entries(seLinuxOptions).filter(([, value]) => value != null);
  if (rule === "MustRunAs") {
    const settings = { rule, ...Object.fromEntries(options) };
    return { policy: { name: "selinux-psp", settings, mutating: true } };
  }
  return options.length === 0
    ? {}
    : { notes: ["seLinux: its options have no effect, as the rule is RunAsAny"] };
}

function strategySettings({ rule, ranges }: Strategy) {
  return takesRanges(rule) ? { rule, ranges } : { rule };
}

function rangeNotes(field: string, { rule, ranges }: Strategy): string[] {
  return takesRanges(rule) || ranges.length === 0
    ? []
    : [`${field}: its ranges have no effect, as the rule is ${rule}`];
}

function takesRanges(rule: Strategy["rule"]): boolean {
  return rule === "MustRunAs" || rule === "MayRunAs";
}
