// Controls over what the programs of a container may become.
import { type Control, containersText, quoted, settersText, sortedSet, type Violation } from "./control.ts";
import type { Pod } from "./pod.ts";

const defaultCapabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

/** Which containers add other capabilities than these, as a text. */
function forbiddenAdditions({ containers }: Pod, allowed: readonly string[]): string | undefined {
  const forbidden = (added: readonly string[]) => added.filter((name) => !allowed.includes(name));
  const bad = containers.filter(({ context }) => forbidden(context.added).length > 0);
  if (bad.length === 0) return undefined;
  const names = sortedSet(bad.flatMap(({ context }) => forbidden(context.added)));
  return `${containersText(bad)} must not include ${quoted(names)} in securityContext.capabilities.add`;
}

export const defaultCapabilitiesOnly: Control = {
  level: "baseline",
  since: 0,
  replacedSince: 22,
  find(pod) {
    const detail = forbiddenAdditions(pod, defaultCapabilities);
    return detail === undefined ? undefined : { reason: "non-default capabilities", detail };
  },
};

export const droppedCapabilities: Control = {
  level: "restricted",
  since: 22,
  find(pod, minor) {
    if (minor >= 25 && pod.isWindows) return undefined;
    const keeping = pod.containers.filter(({ context }) => !context.dropped.includes("ALL"));
    const details = [
      keeping.length === 0
        ? undefined
        : `${containersText(keeping)} must set securityContext.capabilities.drop=["ALL"]`,
      forbiddenAdditions(pod, ["NET_BIND_SERVICE"]),
    ].filter((detail) => detail !== undefined);
    return details.length === 0
      ? undefined
      : { reason: "unrestricted capabilities", detail: details.join("; ") };
  },
};

export const allowPrivilegeEscalation: Control = {
  level: "restricted",
  since: 8,
  find({ containers, isWindows }, minor) {
    if (minor >= 25 && isWindows) return undefined;
    const bad = containers.filter(({ context }) => context.allowPrivilegeEscalation !== false);
    if (bad.length === 0) return undefined;
    return {
      reason: "allowPrivilegeEscalation != false",
      detail: `${containersText(bad)} must set securityContext.allowPrivilegeEscalation=false`,
    };
  },
};

export const runAsNonRoot: Control = {
  level: "restricted",
  since: 0,
  find(pod, minor) {
    if (minor >= 35 && pod.hasOwnUsers) return undefined;
    const bad = pod.containers.filter(({ context }) => context.runAsNonRoot === false);
    const setters = settersText(pod.context.runAsNonRoot === false, bad);
    const reason = "runAsNonRoot != true";
    if (setters !== "")
      return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
    const silent = pod.containers.filter(({ context }) => context.runAsNonRoot === undefined);
    if (pod.context.runAsNonRoot || silent.length === 0) return undefined;
    return { reason, detail: `pod or ${containersText(silent)} must set securityContext.runAsNonRoot=true` };
  },
};

export const runAsUser: Control = {
  level: "restricted",
  since: 23,
  find({ context, containers, hasOwnUsers }, minor) {
    if (minor >= 35 && hasOwnUsers) return undefined;
    const bad = containers.filter((container) => container.context.runAsUser === 0);
    const setters = settersText(context.runAsUser === 0, bad);
    return setters === ""
      ? undefined
      : { reason: "runAsUser=0", detail: `${setters} must not set runAsUser=0` };
  },
};

export const procMount: Control = {
  level: "baseline",
  since: 0,
  replacedSince: 35,
  find: (pod, minor) => (minor >= 35 && pod.hasOwnUsers ? undefined : findProcMount(pod)),
};

export const strictProcMount: Control = { level: "restricted", since: 35, find: findProcMount };

function findProcMount({ containers }: Pod): Violation | undefined {
  const bad = containers.filter(({ context }) => (context.procMount ?? "Default") !== "Default");
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.flatMap(({ context }) => context.procMount ?? []));
  const detail = `${containersText(bad)} must not set securityContext.procMount to ${quoted(types)}`;
  return { reason: "procMount", detail };
}
