/** What the flags and the environment of the controller say (controller.md 6.1). */
export interface ControllerConfig {
  /** where policy servers run, and all that belongs to them */
  readonly deploymentsNamespace: string;
  /** Service of the webhooks for our own kinds; names the certificate */
  readonly webhookServiceName: string;
  readonly alwaysAcceptInDeploymentsNamespace: boolean;
  /** ConfigMap with `client-ca.crt`; switches on mutual TLS */
  readonly clientCaConfigMapName: string | undefined;
  readonly imagePullSecrets: readonly string[];
  readonly hostNetwork: boolean;
  readonly telemetry: TelemetryConfig;
}

export interface TelemetryConfig {
  readonly metrics: boolean;
  readonly tracing: boolean;
  readonly sidecar: boolean;
  readonly certificateSecret: string | undefined;
  readonly clientCertificateSecret: string | undefined;
  /** `targetPort` of metrics, and the Service's port where the PolicyServer names none */
  readonly policyServerMetricsPort: number;
  /** non-empty `OTEL_EXPORTER_OTLP_*` of the controller's own environment */
  readonly environment: Readonly<Record<string, string>>;
}
