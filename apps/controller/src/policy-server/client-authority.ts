import type { ConfigMap } from "@kubewarden-ts/api/core";
import type { ControllerContext } from "../context.ts";
import { PolicyServerError } from "./errors.ts";

/** Key of the ConfigMap with the authority of clients (controller.md 5). */
export const clientCaKey = "client-ca.crt";

/**
 * Makes sure that Pods can mount the authority of clients, where mutual TLS is on (controller.md 3.5, behaviour 30).
 * @throws {PolicyServerError} `POLICY_SERVER_CLIENT_CA_MISSING`
 */
export function requireClientAuthority({ view, config }: Pick<ControllerContext, "view" | "config">): void {
  const { clientCaConfigMapName: name, deploymentsNamespace: namespace } = config;
  if (name === undefined) return;
  const problem = problemOf(name, view.configMaps.get({ name, namespace }));
  if (problem === undefined) return;
  const message = `failed to fetch client CA config map: ${problem}`;
  throw new PolicyServerError(message, { code: "POLICY_SERVER_CLIENT_CA_MISSING" });
}

function problemOf(name: string, configMap: ConfigMap | undefined): string | undefined {
  if (configMap === undefined) return `configmaps "${name}" not found`;
  return configMap.data?.[clientCaKey] ? undefined : `configmaps "${name}" has no ${clientCaKey}`;
}
