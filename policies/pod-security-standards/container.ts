import { integerIn, type Part, partIn, partsIn, stringIn } from "@kubewarden-ts/policy-sdk";
import { readSecurityContext, type SecurityContext } from "./security-context.ts";

/** What the standards look at in a container. */
export interface Container {
  readonly name: string;
  readonly context: SecurityContext;
  readonly hostPorts: readonly number[];
  /** The hosts that its probes and lifecycle handlers connect to. */
  readonly handlerHosts: readonly string[];
}

/** @throws {UnreadableObjectError} */
export function readContainer(container: Part): Container {
  const lifecycle = partIn(container, "lifecycle");
  const handlers = [
    ...["livenessProbe", "readinessProbe", "startupProbe"].map((name) => partIn(container, name)),
    ...["postStart", "preStop"].map((name) => partIn(lifecycle, name)),
  ];
  return {
    name: stringIn(container, "name") ?? "",
    context: readSecurityContext(partIn(container, "securityContext")),
    hostPorts: partsIn(container, "ports")
      .map((port) => integerIn(port, "hostPort") ?? 0)
      .filter((port) => port !== 0),
    handlerHosts: handlers
      .flatMap((handler) => [partIn(handler, "httpGet"), partIn(handler, "tcpSocket")])
      .map((action) => stringIn(action, "host") ?? "")
      .filter((host) => host !== ""),
  };
}
