import type { PodSecurityPolicy } from "./pod-security-policy.ts";
import type { Translation } from "./translation.ts";

export function privileged({ spec }: PodSecurityPolicy): Translation {
  if (spec.privileged === true) return {};
  return { policy: { name: "pod-privileged", settings: {}, ephemeralContainers: true } };
}

export function hostNamespaces({ spec }: PodSecurityPolicy): Translation {
  const { hostIPC, hostNetwork, hostPID, hostPorts } = spec;
  const allPorts = hostPorts.some(({ min, max }) => min <= 1 && max >= 65_535);
  if (hostIPC && hostNetwork && hostPID && allPorts) return {};
  const settings = {
    allow_host_ipc: hostIPC ?? false,
    allow_host_network: hostNetwork ?? false,
    allow_host_pid: hostPID ?? false,
    allow_host_ports: hostPorts,
  };
  return { policy: { name: "host-namespaces-psp", settings } };
}

export function volumes({ spec }: PodSecurityPolicy): Translation {
  if (spec.volumes.includes("*")) return {};
  // `none` stands for no type at all; one type is written otherwise in pods.
  const types = spec.volumes.filter((type) => type !== "none");
  const allowedTypes = types.map((type) => (type === "cephFS" ? "cephfs" : type));
  const policy = { name: "volumes-psp", settings: { allowedTypes } } as const;
  if (allowedTypes.length > 0) return { policy };
  return { policy, notes: ["volumes: no type is allowed, which volumes-psp answers by rejecting every pod"] };
}

export function hostPaths({ spec }: PodSecurityPolicy): Translation {
  if (spec.allowedHostPaths.length === 0) return {};
  if (!allowsVolume(spec.volumes, "hostPath"))
    return { notes: [withoutVolumes("allowedHostPaths", "hostPath")] };
  const allowedHostPaths = spec.allowedHostPaths.map(({ pathPrefix, readOnly }) => ({
    pathPrefix,
    readOnly: readOnly ?? false,
  }));
  return { policy: { name: "hostpaths-psp", settings: { allowedHostPaths } } };
}

export function flexVolumes({ spec }: PodSecurityPolicy): Translation {
  const { allowedFlexVolumes } = spec;
  if (allowedFlexVolumes.length === 0) return {};
  if (!allowsVolume(spec.volumes, "flexVolume"))
    return { notes: [withoutVolumes("allowedFlexVolumes", "flexVolume")] };
  return { policy: { name: "flexvolume-drivers-psp", settings: { allowedFlexVolumes } } };
}

export function readOnlyRootFilesystem({ spec }: PodSecurityPolicy): Translation {
  if (spec.readOnlyRootFilesystem !== true) return {};
  return { policy: { name: "readonly-root-filesystem-psp", settings: {} } };
}

function allowsVolume(volumes: readonly string[], type: string): boolean {
  return volumes.includes("*") || volumes.includes(type);
}

function withoutVolumes(field: string, type: string): string {
  return `${field}: has no effect, as volumes does not list ${type}`;
}
