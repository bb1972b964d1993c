import {
  type AdmissionRequest,
  accept,
  booleanIn,
  definePolicy,
  hasPodSpec,
  type Part,
  partIn,
  partsIn,
  podSpecIn,
  reject,
  rejectUnreadable,
  stringIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { type HostPathMount, mountProblems } from "./host-path.ts";

const kinds = "Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod";

/** Ephemeral containers come last, as what is added to a running pod. */
const lists = ["initContainers", "containers", "ephemeralContainers"];

const Settings = v.object({
  /** Without any, every path is allowed. Both keys are required. */
  allowedHostPaths: v.nullish(
    v.array(v.object({ pathPrefix: v.optional(v.string()), readOnly: v.optional(v.boolean()) })),
    [],
  ),
});

export const policy = definePolicy({
  settings: Settings,
  check({ allowedHostPaths }) {
    const problems = allowedHostPaths.flatMap(({ pathPrefix, readOnly }) => {
      if (pathPrefix === undefined) return ["pathPrefix key is missing"];
      return readOnly === undefined ? [`readOnly key for pathPrefix '${pathPrefix}' is missing`] : [];
    });
    return problems.length === 0 ? undefined : problems.join("; ");
  },
  validate: (request, { allowedHostPaths }) =>
    rejectUnreadable(() => {
      if (allowedHostPaths.length === 0 || request.object == null) return accept();
      const allowed = allowedHostPaths.map(({ pathPrefix = "", readOnly = true }) => ({
        pathPrefix,
        readOnly,
      }));
      const problems = hostPathMounts(podSpecOfKnownKind(request)).flatMap((mount) =>
        mountProblems(mount, allowed),
      );
      return problems.length === 0 ? accept() : reject(problems.join("\n"));
    }),
});

function podSpecOfKnownKind(request: AdmissionRequest): Part | undefined {
  if (hasPodSpec(request)) return podSpecIn(request);
  throw new UnreadableObjectError(`object should be one of these kinds: ${kinds}`);
}

function hostPathMounts(spec: Part | undefined): HostPathMount[] {
  const volumes = hostPathVolumes(spec);
  return lists
    .flatMap((list) => partsIn(spec, list))
    .flatMap((container) => partsIn(container, "volumeMounts"))
    .flatMap((mount) => {
      const name = stringIn(mount, "name") ?? "";
      const readOnly = booleanIn(mount, "readOnly") ?? false;
      return volumes
        .filter(({ volume }) => volume === name)
        .map(({ volume, path }) => ({ volume, path, readOnly }));
    });
}

function hostPathVolumes(spec: Part | undefined): { volume: string; path: string }[] {
  return partsIn(spec, "volumes").flatMap((volume) => {
    const name = stringIn(volume, "name") ?? "";
    const hostPath = partIn(volume, "hostPath");
    return hostPath === undefined ? [] : [{ volume: name, path: stringIn(hostPath, "path") ?? "" }];
  });
}
