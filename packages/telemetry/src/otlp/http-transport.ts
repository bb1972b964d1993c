import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { ExporterSettings } from "./exporter-settings.ts";
import { compress, failed, maxAnswerBytes, type SendResult, type Transport } from "./transport.ts";

const retryable = new Set([429, 502, 503, 504]);

/** OTLP as protobuf over HTTP/1.1. */
export function createHttpTransport(settings: ExporterSettings, userAgent: string): Transport {
  const { url, tls, compression, headers } = settings;
  const isSecure = url.protocol === "https:";
  const agent = isSecure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true });
  return {
    async send(body, { timeoutMs, signal }) {
      const content = compression === "gzip" ? await compress(body) : body;
      const request = (isSecure ? httpsRequest : httpRequest)(url, {
        method: "POST",
        agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          ...headers,
          "content-type": "application/x-protobuf",
          "content-length": content.length,
          "user-agent": userAgent,
          ...(compression === "gzip" && { "content-encoding": "gzip" }),
        },
      });
      const result = answerTo(request, { timeoutMs, signal });
      request.end(content);
      return await result;
    },
    close: () => agent.destroy(),
  };
}

function answerTo(
  request: ClientRequest,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<SendResult> {
  return new Promise((resolve) => {
    request.on("response", (response) => {
      const status = response.statusCode ?? 0;
      const isSent = status >= 200 && status < 300;
      drain(response);
      resolve(isSent ? { kind: "sent" } : failed(`HTTP status ${status}`, retryable.has(status)));
    });
    request.on("error", (error) => {
      if (signal.aborted) resolve(failed("stopped", false));
      else if (error.name === "AbortError") resolve(failed(`no answer within ${timeoutMs} ms`, true));
      else resolve(failed(error.message, true));
    });
  });
}

/** The connection is used again once the answer was read. */
function drain(response: IncomingMessage): void {
  let received = 0;
  response.on("error", () => {});
  response.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received > maxAnswerBytes) response.destroy();
  });
}
