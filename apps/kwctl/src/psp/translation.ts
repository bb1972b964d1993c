import type { PodSecurityPolicy } from "./pod-security-policy.ts";

/** The catalogue's policies that take over from PodSecurityPolicies, with the versions their settings are from. */
export const policyVersions = {
  "pod-privileged": "1.0.13",
  "host-namespaces-psp": "1.1.11",
  "volumes-psp": "1.1.10",
  "hostpaths-psp": "1.1.10",
  "flexvolume-drivers-psp": "1.0.17",
  "readonly-root-filesystem-psp": "1.0.13",
  "allowed-fsgroups-psp": "1.0.12",
  "user-group-psp": "1.1.6",
  "allow-privilege-escalation-psp": "1.0.13",
  "capabilities-psp": "1.0.13",
  "selinux-psp": "1.1.2",
  "allowed-proc-mount-types-psp": "1.0.15",
  "apparmor-psp": "1.0.14",
  "seccomp-psp": "1.0.15",
  "sysctl-psp": "1.0.14",
} as const;
export type PolicyName = keyof typeof policyVersions;

/** What some fields of a PodSecurityPolicy come to. */
export interface Translation {
  /** The policy that takes their place; none when they allow everything. */
  readonly policy?: {
    readonly name: PolicyName;
    readonly settings: Readonly<Record<string, unknown>>;
    /** Whether the PodSecurityPolicy filled in what a pod did not say. */
    readonly mutating?: boolean;
    /** Whether the policy looks at ephemeral containers, which come in an update of a pod. */
    readonly ephemeralContainers?: boolean;
  };
  /** What has no effect, or no counterpart: one line each. */
  readonly notes?: readonly string[];
}

/** Translates some fields. Pure; the result says nothing where the fields allow everything. */
export type Translate = (psp: PodSecurityPolicy) => Translation;
