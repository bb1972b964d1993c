import type { PodSecurityPolicy } from "./pod-security-policy.ts";
import type { Translation } from "./translation.ts";

const appArmor = "apparmor.security.beta.kubernetes.io";
const seccompPrefix = "seccomp.security.alpha.kubernetes.io";

export function procMountTypes({ spec }: PodSecurityPolicy): Translation {
  const types = spec.allowedProcMountTypes;
  if (types.length === 0 || types.includes("Unmasked")) return {};
  const settings = { allow_unmasked_proc_mount_type: false };
  return { policy: { name: "allowed-proc-mount-types-psp", settings, ephemeralContainers: true } };
}

export function appArmorProfiles(psp: PodSecurityPolicy): Translation {
  const { allowed, notes } = profiles(psp, appArmor);
  if (allowed === undefined || allowed.includes("*")) return { notes };
  return { policy: { name: "apparmor-psp", settings: { allowed_profiles: allowed } }, notes };
}

export function seccompProfiles(psp: PodSecurityPolicy): Translation {
  const { allowed, notes } = profiles(psp, seccompPrefix);
  if (allowed === undefined || allowed.includes("*")) return { notes };
  const settings = { allowed_profiles: allowed };
  return { policy: { name: "seccomp-psp", settings, ephemeralContainers: true }, notes };
}

export function sysctls({ spec }: PodSecurityPolicy): Translation {
  const { forbiddenSysctls, allowedUnsafeSysctls } = spec;
  const patterns = allowedUnsafeSysctls.filter((name) => name.includes("*"));
  const notes = patterns.map(
    (pattern) =>
      `allowedUnsafeSysctls: ${pattern} has no counterpart, as sysctl-psp takes no patterns there: list names`,
  );
  const onlyAll = patterns.includes("*") && forbiddenSysctls.length === 0;
  if (onlyAll || (forbiddenSysctls.length === 0 && allowedUnsafeSysctls.length === 0)) return {};
  const names = allowedUnsafeSysctls.filter((name) => !name.includes("*"));
  return {
    policy: { name: "sysctl-psp", settings: { allowedUnsafeSysctls: names, forbiddenSysctls } },
    notes,
  };
}

/** What the two annotations of a kind of profile say. */
function profiles({ metadata: { annotations } }: PodSecurityPolicy, prefix: string) {
  const allowed = annotations[`${prefix}/allowedProfileNames`]
    ?.split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const fallback = annotations[`${prefix}/defaultProfileName`];
  const notes =
    fallback === undefined
      ? []
      : [`${prefix}/defaultProfileName: has no counterpart, as no policy fills in a profile`];
  return { allowed, notes };
}
