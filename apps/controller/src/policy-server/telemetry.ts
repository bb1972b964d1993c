import type { ControllerConfig } from "../config.ts";

type TelemetrySettings = Pick<ControllerConfig, "telemetry" | "hostNetwork">;

/** Whether policy servers send metrics or traces. */
export function sendsTelemetry({ telemetry }: TelemetrySettings): boolean {
  return telemetry.metrics || telemetry.tracing;
}

/** Whether they send them to a collector in their own Pod, which OpenTelemetry's operator injects. */
export function usesSidecar(config: TelemetrySettings): boolean {
  return sendsTelemetry(config) && config.telemetry.sidecar && !config.hostNetwork;
}

/** Whether they send them to a collector elsewhere. */
export function usesRemoteCollector(config: TelemetrySettings): boolean {
  return sendsTelemetry(config) && !config.telemetry.sidecar;
}
