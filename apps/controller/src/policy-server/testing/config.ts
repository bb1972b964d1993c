import type { ControllerConfig, TelemetryConfig } from "../../config.ts";
import { namespace } from "../../policy/testing/objects.ts";

export const telemetryOff: TelemetryConfig = {
  metrics: false,
  tracing: false,
  sidecar: false,
  certificateSecret: undefined,
  clientCertificateSecret: undefined,
  policyServerMetricsPort: 8080,
  environment: {},
};

/** What the controller does without flags, but for what a test adds. */
export function controllerConfig(
  more: Partial<Omit<ControllerConfig, "telemetry">> & { telemetry?: Partial<TelemetryConfig> } = {},
): ControllerConfig {
  return {
    deploymentsNamespace: namespace,
    webhookServiceName: "kubewarden-controller-webhook-service",
    alwaysAcceptInDeploymentsNamespace: false,
    clientCaConfigMapName: undefined,
    imagePullSecrets: [],
    hostNetwork: false,
    ...more,
    telemetry: { ...telemetryOff, ...more.telemetry },
  };
}
