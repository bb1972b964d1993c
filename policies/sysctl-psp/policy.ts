import {
  accept,
  definePolicy,
  partIn,
  partOf,
  partsIn,
  podSpecIn,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const safeSysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
];

const Settings = v.object({
  allowedUnsafeSysctls: v.nullish(v.array(v.string()), []),
  /** Names, or beginnings of names with a `*` behind. */
  forbiddenSysctls: v.nullish(v.array(v.string()), []),
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check(settings) {
    const problem = settingsProblem(settings);
    return problem && `provided settings are not valid: ${problem}`;
  },
  validate: (request, settings) =>
    rejectUnreadable(() => {
      // Objects of kinds nobody knows here are read like pods.
      const spec = podSpecIn(request) ?? partIn(partOf(request.object), "spec");
      const sysctls = partsIn(partIn(spec, "securityContext"), "sysctls").map(
        (sysctl) => stringIn(sysctl, "name") ?? "",
      );
      const problem = sysctls.map((name) => findProblem(name, settings)).find((text) => text !== undefined);
      return problem === undefined ? accept() : reject(problem);
    }),
});

function settingsProblem({ allowedUnsafeSysctls, forbiddenSysctls }: Settings): string | undefined {
  if (allowedUnsafeSysctls.some((name) => name.includes("*"))) {
    return "allowedUnsafeSysctls doesn't accept patterns with `*`";
  }
  if (forbiddenSysctls.some((name) => name.includes("*") && !name.endsWith("*"))) {
    return "forbiddenSysctls only accepts patterns with `*` as suffix";
  }
  const both = forbiddenSysctls.filter((name) => allowedUnsafeSysctls.includes(name));
  if (both.length === 0) return undefined;
  return `these sysctls cannot be allowed and forbidden at the same time: ${both.join(",")}`;
}

/** A sysctl that is allowed by name is so whatever pattern forbids it. */
function findProblem(name: string, { allowedUnsafeSysctls, forbiddenSysctls }: Settings): string | undefined {
  if (allowedUnsafeSysctls.includes(name)) return undefined;
  if (forbiddenSysctls.some((pattern) => matches(pattern, name))) {
    return `sysctl ${name} is on the forbidden list`;
  }
  if (safeSysctls.includes(name)) return undefined;
  return `sysctl ${name} is not on safe list, nor is in the allowedUnsafeSysctls list`;
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
