import {
  accept,
  definePolicy,
  type Part,
  partIn,
  partOf,
  partsIn,
  podSpecIn,
  reject,
  rejectUnreadable,
  stringIn,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const Settings = v.object({
  /** `*` alone allows every type. */
  allowedTypes: v.nullish(v.array(v.string()), []),
  /** Volumes that init containers mount and no other container does may be of any type. */
  ignoreInitContainersVolumes: v.nullish(v.boolean(), false),
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check({ allowedTypes }) {
    const mixed = allowedTypes.includes("*") && allowedTypes.some((type) => type !== "*");
    return mixed ? "Provided settings are not valid" : undefined;
  },
  validate: (request, settings) =>
    rejectUnreadable(() => {
      if (settings.allowedTypes.length === 0) return reject("No volume type is allowed");
      if (settings.allowedTypes.includes("*")) return accept();
      // Objects of kinds nobody knows here are read like pods.
      const spec = podSpecIn(request) ?? partIn(partOf(request.object), "spec");
      const problems = findProblems(spec, settings);
      return problems.length === 0 ? accept() : reject(problems.join("; "));
    }),
});

function findProblems(spec: Part | undefined, settings: Settings): string[] {
  const ignored = settings.ignoreInitContainersVolumes ? mountedByInitContainersOnly(spec) : [];
  return partsIn(spec, "volumes").flatMap((volume) => {
    const name = stringIn(volume, "name") ?? "";
    const type = forbiddenType(volume, settings.allowedTypes);
    if (type === undefined || ignored.includes(name)) return [];
    return [`volume '${name}' of type '${type}' is not in the AllowedTypes list`];
  });
}

/** The last type of a volume that is not allowed, as a volume has one type unless somebody wants to hide another. */
function forbiddenType(volume: Part, allowed: readonly string[]): string | undefined {
  const types = Object.keys(volume.fields).filter((key) => key !== "name" && volume.fields[key] !== null);
  return (types.length === 0 ? [""] : types).findLast((type) => !allowed.includes(type));
}

function mountedByInitContainersOnly(spec: Part | undefined): string[] {
  const mountedByOthers = [...mountedIn(spec, "containers"), ...mountedIn(spec, "ephemeralContainers")];
  return mountedIn(spec, "initContainers").filter((name) => !mountedByOthers.includes(name));
}

function mountedIn(spec: Part | undefined, list: string): string[] {
  return partsIn(spec, list)
    .flatMap((container) => partsIn(container, "volumeMounts"))
    .map((mount) => stringIn(mount, "name") ?? "");
}
