import { booleanIn, type Part, partIn, partsIn, stringIn } from "@kubewarden-ts/policy-sdk";
import { type Container, readContainer } from "./container.ts";
import { readSecurityContext, type SecurityContext } from "./security-context.ts";
import { readVolume, type Volume } from "./volume.ts";

/** What the standards look at in a pod. */
export interface Pod {
  readonly annotations: ReadonlyMap<string, string>;
  readonly context: SecurityContext;
  readonly sysctls: readonly string[];
  readonly hostNamespaces: readonly string[];
  /** Whether users of the pod are others on the host: `hostUsers: false`. */
  readonly hasOwnUsers: boolean;
  readonly isWindows: boolean;
  readonly runtimeClass: string | undefined;
  readonly volumes: readonly Volume[];
  /** Init containers, containers, ephemeral containers. */
  readonly containers: readonly Container[];
}

/**
 * Reads a Pod or the template of a workload. All of it is read whatever the level is, so that nothing of a wrong type
 * is passed over.
 * @throws {UnreadableObjectError}
 */
export function readPod(template: Part): Pod {
  const spec = partIn(template, "spec");
  const context = partIn(spec, "securityContext");
  const lists = ["initContainers", "containers", "ephemeralContainers"];
  const hostNamespaces = ["hostNetwork", "hostPID", "hostIPC"];
  return {
    annotations: readAnnotations(partIn(partIn(template, "metadata"), "annotations")),
    context: readSecurityContext(context),
    sysctls: partsIn(context, "sysctls").map((sysctl) => stringIn(sysctl, "name") ?? ""),
    hostNamespaces: hostNamespaces.filter((name) => booleanIn(spec, name) === true),
    hasOwnUsers: booleanIn(spec, "hostUsers") === false,
    isWindows: stringIn(partIn(spec, "os"), "name") === "windows",
    runtimeClass: stringIn(spec, "runtimeClassName"),
    volumes: partsIn(spec, "volumes").map(readVolume),
    containers: lists.flatMap((list) => partsIn(spec, list)).map(readContainer),
  };
}

function readAnnotations(annotations: Part | undefined): Map<string, string> {
  const names = Object.keys(annotations?.fields ?? {}).sort();
  return new Map(names.map((name) => [name, stringIn(annotations, name) ?? ""]));
}
