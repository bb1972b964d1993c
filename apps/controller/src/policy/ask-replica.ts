import { request } from "node:http";
import { isIPv6 } from "node:net";
import { errorText } from "@kubewarden-ts/base";
import { type ReplicaReport, readReplicaReport } from "./replica-report.ts";

export interface ReplicaAddress {
  /** of the Pod */
  readonly ip: string;
  /** where the readiness probe goes */
  readonly port: number;
}

/** Asks a replica. Never throws but for an aborted signal. */
export type AskReplica = (address: ReplicaAddress, signal: AbortSignal) => Promise<ReplicaReport>;

export interface AskReplicaOptions {
  /** for the whole answer, in milliseconds; 2 s unless told */
  readonly timeoutMs?: number;
  /** of the answer; 8 MiB unless told */
  readonly maxBytes?: number;
}

/** Asks by `GET /policies` over plain HTTP, as the kubelet asks whether the replica is ready. */
export function createAskReplica(options: AskReplicaOptions = {}): AskReplica {
  const { timeoutMs = 2000, maxBytes = 8 * 1024 * 1024 } = options;
  return async (address, signal) => {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      const { status, body } = await getPolicies(address, maxBytes, AbortSignal.any([signal, limit]));
      if (status !== 200) return untold(`GET /policies answers with status ${status}`);
      return (
        readReplicaReport(body) ?? untold("the answer to GET /policies is not what a policy server says")
      );
    } catch (error) {
      signal.throwIfAborted();
      return untold(
        limit.aborted ? "GET /policies is not answered in time" : `GET /policies: ${reason(error)}`,
      );
    }
  };
}

function untold(problem: string): ReplicaReport {
  return { kind: "untold", problem };
}

/** Without address and port: these stand in a status, where they would change with each pod. */
function reason(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : errorText(error);
}

function getPolicies({ ip, port }: ReplicaAddress, maxBytes: number, signal: AbortSignal) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const host = isIPv6(ip) ? `[${ip}]` : ip;
  const headers = { host: `${host}:${port}`, accept: "application/json" };
  const options = { host: ip, port, path: "/policies", agent: false, headers, signal } as const;
  const sent = request(options, (response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= maxBytes) return;
      reject(new Error(`the answer has more than ${maxBytes} bytes`));
      sent.destroy();
    });
    response.on("end", () => {
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
    });
    response.on("error", reject);
  });
  sent.on("error", reject).end();
  return promise;
}
