import { type Clock, type Logger, pause } from "@kubewarden-ts/base";
import type { ExporterSettings } from "./exporter-settings.ts";
import { createGrpcTransport } from "./grpc-transport.ts";
import { createHttpTransport } from "./http-transport.ts";
import type { SendResult, Transport } from "./transport.ts";

/** Sends requests of one signal, one at a time, in the background. */
export interface Exporter {
  /** Sends one request, and again when that may help. Never rejects: what cannot be sent is logged and given up. */
  export(body: Uint8Array): Promise<void>;
  /** Gives up what is being sent. */
  close(): void;
}

export interface ExporterDeps {
  readonly userAgent: string;
  readonly log: Logger;
  readonly clock: Clock;
}

const maxAttempts = 4;
const firstPauseMs = 500;
/** A collector that is away must not fill the log. */
const logIntervalMs = 60_000;

export function createExporter(settings: ExporterSettings, deps: ExporterDeps): Exporter {
  const transport = transportOf(settings, deps.userAgent);
  const closed = new AbortController();
  const logFailure = failureLog(settings, deps);
  return {
    async export(body) {
      const result = await attempts(transport, body, { settings, clock: deps.clock, signal: closed.signal });
      if (result.kind === "failed") logFailure(result.reason);
    },
    close() {
      closed.abort();
      transport.close();
    },
  };
}

function transportOf(settings: ExporterSettings, userAgent: string): Transport {
  return settings.protocol === "grpc"
    ? createGrpcTransport(settings, userAgent)
    : createHttpTransport(settings, userAgent);
}

async function attempts(
  transport: Transport,
  body: Uint8Array,
  { settings, clock, signal }: { settings: ExporterSettings; clock: Clock; signal: AbortSignal },
): Promise<SendResult> {
  const endMs = clock.now() + settings.timeoutMs;
  const leftMs = (): number => Math.ceil(endMs - clock.now());
  for (let attempt = 1; ; attempt++) {
    const result = await transport.send(body, { timeoutMs: Math.max(leftMs(), 1), signal });
    if (result.kind === "sent" || !result.mayRetry || attempt === maxAttempts) return result;
    const pauseMs = firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random());
    if (pauseMs >= leftMs()) return result;
    await pause(clock, pauseMs, signal);
    if (signal.aborted) return result;
  }
}

function failureLog(
  { signal, url }: ExporterSettings,
  { log, clock }: ExporterDeps,
): (reason: string) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return (reason) => {
    if (clock.now() - lastMs < logIntervalMs) return void unsaid++;
    log.warn("telemetry cannot be exported", { signal, endpoint: url.origin, error: reason, unsaid });
    [lastMs, unsaid] = [clock.now(), 0];
  };
}
