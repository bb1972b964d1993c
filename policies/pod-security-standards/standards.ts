import type { Control, Violation } from "./control.ts";
import {
  handlerHosts,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  privileged,
  windowsHostProcess,
} from "./host-controls.ts";
import type { Pod } from "./pod.ts";
import {
  allowPrivilegeEscalation,
  defaultCapabilitiesOnly,
  droppedCapabilities,
  procMount,
  runAsNonRoot,
  runAsUser,
  strictProcMount,
} from "./privilege-controls.ts";
import {
  appArmorProfile,
  requiredSeccompProfile,
  seccompProfile,
  seLinuxOptions,
} from "./profile-controls.ts";
import { restrictedVolumes, sysctls } from "./resource-controls.ts";
import type { Level } from "./settings.ts";

/** In the order in which the API server names them. */
const controls: readonly Control[] = [
  appArmorProfile,
  defaultCapabilitiesOnly,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  handlerHosts,
  privileged,
  procMount,
  seLinuxOptions,
  seccompProfile,
  sysctls,
  windowsHostProcess,
  allowPrivilegeEscalation,
  droppedCapabilities,
  strictProcMount,
  restrictedVolumes,
  runAsNonRoot,
  runAsUser,
  requiredSeccompProfile,
];

/**
 * Why a pod does not meet the Pod Security Standards.
 * @param minor - the version of Kubernetes whose standards count
 */
export function findViolations(pod: Pod, level: Level, minor: number): Violation[] {
  return controls
    .filter((control) => applies(control, level, minor))
    .flatMap(({ find }) => find(pod, minor) ?? []);
}

function applies({ level, since, replacedSince }: Control, wanted: Level, minor: number): boolean {
  if (minor < since) return false;
  if (wanted === "baseline") return level === "baseline";
  return replacedSince === undefined || minor < replacedSince;
}
