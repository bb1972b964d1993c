import { booleanIn, integerIn, type Part, partIn, stringIn, stringsIn } from "@kubewarden-ts/policy-sdk";

/** What the standards look at in the security context of a pod or container. */
export interface SecurityContext {
  readonly privileged: boolean | undefined;
  readonly allowPrivilegeEscalation: boolean | undefined;
  readonly runAsNonRoot: boolean | undefined;
  readonly runAsUser: number | undefined;
  readonly procMount: string | undefined;
  readonly hostProcess: boolean | undefined;
  /** Capabilities. */
  readonly added: readonly string[];
  readonly dropped: readonly string[];
  /** Types of profiles; empty where a profile has none. */
  readonly seccompType: string | undefined;
  readonly appArmorType: string | undefined;
  readonly seLinux: SeLinux | undefined;
}

/** Options of SELinux; empty where they are not set. */
export interface SeLinux {
  readonly type: string;
  readonly user: string;
  readonly role: string;
}

/** @throws {UnreadableObjectError} */
export function readSecurityContext(context: Part | undefined): SecurityContext {
  const capabilities = partIn(context, "capabilities");
  return {
    privileged: booleanIn(context, "privileged"),
    allowPrivilegeEscalation: booleanIn(context, "allowPrivilegeEscalation"),
    runAsNonRoot: booleanIn(context, "runAsNonRoot"),
    runAsUser: integerIn(context, "runAsUser"),
    procMount: stringIn(context, "procMount"),
    hostProcess: booleanIn(partIn(context, "windowsOptions"), "hostProcess"),
    added: stringsIn(capabilities, "add"),
    dropped: stringsIn(capabilities, "drop"),
    seccompType: typeOf(partIn(context, "seccompProfile")),
    appArmorType: typeOf(partIn(context, "appArmorProfile")),
    seLinux: readSeLinux(partIn(context, "seLinuxOptions")),
  };
}

function typeOf(profile: Part | undefined): string | undefined {
  return profile && (stringIn(profile, "type") ?? "");
}

function readSeLinux(options: Part | undefined): SeLinux | undefined {
  if (options === undefined) return undefined;
  const [type = "", user = "", role = ""] = ["type", "user", "role"].map((name) => stringIn(options, name));
  return { type, user, role };
}
