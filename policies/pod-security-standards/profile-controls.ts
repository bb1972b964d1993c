// Controls over the profiles that confine containers: AppArmor, SELinux, seccomp.
import {
  type Control,
  containersText,
  counted,
  quoted,
  settersText,
  sortedSet,
  type Violation,
} from "./control.ts";
import type { Pod } from "./pod.ts";
import type { SecurityContext, SeLinux } from "./security-context.ts";

const profileTypes = ["RuntimeDefault", "Localhost"];
const isBad = (type: string | undefined) => type !== undefined && !profileTypes.includes(type);

/** Who has a profile of a bad type, and which types. */
function badProfiles({ context, containers }: Pod, typeOf: (context: SecurityContext) => string | undefined) {
  const bad = containers.filter((container) => isBad(typeOf(container.context)));
  const types = [context, ...bad.map((container) => container.context)].map(typeOf);
  return {
    setters: settersText(isBad(typeOf(context)), bad),
    types: sortedSet(types.filter((type) => type !== undefined && isBad(type)).map(String)),
  };
}

export const appArmorProfile: Control = {
  level: "baseline",
  since: 0,
  find(pod) {
    const { setters, types } = badProfiles(pod, ({ appArmorType }) => appArmorType);
    const annotations = [...pod.annotations]
      .filter(
        ([name, value]) =>
          name.startsWith("container.apparmor.security.beta.kubernetes.io/") && !isAppArmor(value),
      )
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
    const annotationText =
      annotations.length === 0 ? [] : counted(annotations.length, "annotation", "annotations");
    const all = [setters === "" ? [] : setters, annotationText].flat();
    if (all.length === 0) return undefined;
    const values = [...types, ...annotations];
    return {
      reason: counted(values.length, "forbidden AppArmor profile", "forbidden AppArmor profiles"),
      detail: `${all.join(" and ")} must not set AppArmor profile type to ${quoted(values)}`,
    };
  },
};

function isAppArmor(annotation: string): boolean {
  return annotation === "" || annotation === "runtime/default" || annotation.startsWith("localhost/");
}

export const seLinuxOptions: Control = {
  level: "baseline",
  since: 0,
  find({ context, containers }, minor) {
    const allowed = ["", "container_t", "container_init_t", "container_kvm_t"];
    const types = minor >= 31 ? [...allowed, "container_engine_t"] : allowed;
    const isForbidden = (options: SeLinux | undefined) =>
      options !== undefined && (!types.includes(options.type) || options.user !== "" || options.role !== "");
    const bad = containers.filter((container) => isForbidden(container.context.seLinux));
    const setters = settersText(isForbidden(context.seLinux), bad);
    if (setters === "") return undefined;
    const all = [context, ...containers.map((container) => container.context)].flatMap(
      ({ seLinux }) => seLinux ?? [],
    );
    const badTypes = sortedSet(all.map(({ type }) => type).filter((type) => !types.includes(type)));
    const data = [
      badTypes.length === 0 ? [] : `${counted(badTypes.length, "type", "types")} ${quoted(badTypes)}`,
      all.some(({ user }) => user !== "") ? "user may not be set" : [],
      all.some(({ role }) => role !== "") ? "role may not be set" : [],
    ].flat();
    return {
      reason: "seLinuxOptions",
      detail: `${setters} set forbidden securityContext.seLinuxOptions: ${data.join("; ")}`,
    };
  },
};

export const seccompProfile: Control = {
  level: "baseline",
  since: 0,
  replacedSince: 19,
  find: (pod, minor) => (minor >= 19 ? forbiddenSeccomp(pod) : annotatedSeccomp(pod)),
};

export const requiredSeccompProfile: Control = {
  level: "restricted",
  since: 19,
  find(pod, minor) {
    if (minor >= 25 && pod.isWindows) return undefined;
    const forbidden = forbiddenSeccomp(pod);
    if (forbidden !== undefined || pod.context.seccompType !== undefined) return forbidden;
    const without = pod.containers.filter(({ context }) => context.seccompType === undefined);
    if (without.length === 0) return undefined;
    const wanted = `must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
    return { reason: "seccompProfile", detail: `pod or ${containersText(without)} ${wanted}` };
  },
};

function forbiddenSeccomp(pod: Pod): Violation | undefined {
  const { setters, types } = badProfiles(pod, ({ seccompType }) => seccompType);
  if (setters === "") return undefined;
  return {
    reason: "seccompProfile",
    detail: `${setters} must not set securityContext.seccompProfile.type to ${quoted(types)}`,
  };
}

/** Before Kubernetes 1.19 seccomp profiles were named by annotations. */
function annotatedSeccomp({ annotations, containers }: Pod): Violation | undefined {
  const prefix = "container.seccomp.security.alpha.kubernetes.io/";
  const ofContainers = containers.map(({ name }) => `${prefix}${name}`);
  const names = sortedSet(["seccomp.security.alpha.kubernetes.io/pod", ...ofContainers]);
  const forbidden = names.flatMap((name) => {
    const value = annotations.get(name);
    return value === undefined || isSeccomp(value) ? [] : `${name}=${JSON.stringify(value)}`;
  });
  if (forbidden.length === 0) return undefined;
  const noun = counted(forbidden.length, "annotation", "annotations");
  return { reason: "seccompProfile", detail: `forbidden ${noun} ${sortedSet(forbidden).join(", ")}` };
}

function isSeccomp(annotation: string): boolean {
  return ["runtime/default", "docker/default"].includes(annotation) || annotation.startsWith("localhost/");
}
