const common = [
  "CERTIFICATE",
  "CLIENT_CERTIFICATE",
  "CLIENT_KEY",
  "COMPRESSION",
  "ENDPOINT",
  "HEADERS",
  "INSECURE",
  "TIMEOUT",
];
const ofMetrics = [...common, "DEFAULT_HISTOGRAM_AGGREGATION", "TEMPORALITY_PREFERENCE"];

/** Variables of OpenTelemetry that policy servers get from the controller, in this order (controller.md 3.5). */
export const otlpVariables: readonly string[] = [
  ...common,
  ...ofMetrics.map((name) => `METRICS_${name}`),
  ...common.map((name) => `TRACES_${name}`),
].map((name) => `OTEL_EXPORTER_OTLP_${name}`);

/** Those that are set, and not to an empty text. */
export function otlpEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    otlpVariables.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}
