import type { Service } from "@kubewarden-ts/api/core";
import {
  commonLabels,
  defaultWebhookPort,
  instanceLabel,
  type PolicyServer,
  partOfLabel,
} from "@kubewarden-ts/api/policies";
import type { ControllerConfig } from "../config.ts";
import { type OwnedObjectOptions, ownedName, systemLabels, withOwner } from "./owned-object.ts";

/** How the API server reaches a policy server (controller.md 3.6). Labels of others stay. */
export function desiredService(
  server: PolicyServer,
  { config, current }: OwnedObjectOptions<Service>,
): Service {
  const labels = commonLabels(server.metadata.name);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      ...ownedName(server, config),
      labels: { ...current?.metadata.labels, ...systemLabels(server) },
      ownerReferences: withOwner(current, server),
    },
    spec: {
      type: "ClusterIP",
      ports: ports(server, config),
      selector: { [instanceLabel]: labels[instanceLabel]!, [partOfLabel]: labels[partOfLabel]! },
    },
  };
}

function ports({ spec }: PolicyServer, { telemetry }: ControllerConfig) {
  const webhook = { name: "policy-server", protocol: "TCP", port: 443 };
  const metrics = {
    name: "metrics",
    protocol: "TCP",
    port: spec.metricsPort ?? telemetry.policyServerMetricsPort,
  };
  return [
    { ...webhook, targetPort: spec.webhookPort ?? defaultWebhookPort },
    ...(telemetry.metrics ? [{ ...metrics, targetPort: telemetry.policyServerMetricsPort }] : []),
  ];
}
