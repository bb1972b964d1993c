import type { IncomingMessage } from "node:http";
import type { Logger } from "@kubewarden-ts/base";

/**
 * Logs a request as upstream does (policy-server 11): span `request`, then `finished processing request`, and
 * `response failed` for a 5xx.
 * @returns to be called with the status once the answer is known
 */
export function requestLogger(
  request: IncomingMessage,
  { log, clock }: { log: Logger; clock: () => number },
): (status: number) => void {
  const startMs = clock();
  return (status) => {
    if (status < 500 && !log.enabled("info")) return;
    const { method = "", url: uri = "", httpVersion } = request;
    const fields = { method, uri, version: `HTTP/${httpVersion}` };
    const inRequest = log.child({ span: { name: "request", fields } });
    const latency = `${Math.round(clock() - startMs)} ms`;
    inRequest.info("finished processing request", { latency, status });
    if (status >= 500)
      inRequest.error("response failed", { classification: `Status code: ${status}`, latency });
  };
}
