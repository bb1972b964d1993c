import { errorText, type Logger } from "@kubewarden-ts/base";
import { GuestPool, type RunResult } from "@kubewarden-ts/policy-runtime/node";
import { KwctlError } from "../errors.ts";
import type { ProtocolVersionAnswer } from "./protocol-version-handler.ts";

/** A module that does not answer would keep the command for ever. */
const timeoutMs = 10_000;

/**
 * Asks a waPC module which version of the protocol it speaks.
 * @throws {KwctlError} `KWCTL_POLICY_INVALID` when the module cannot be run or does not say
 */
export async function readProtocolVersion(bytes: Uint8Array, log: Logger): Promise<"v1" | "Unknown"> {
  const result = await ask(bytes, log).catch((error: unknown) => {
    throw unreadable(errorText(error));
  });
  switch (result.kind) {
    case "timed-out":
    case "shed":
      throw unreadable(`no answer within ${timeoutMs} ms`);
    case "failed":
      throw unreadable(result.message);
    case "answer": {
      const { kind, text } = result.answer;
      if (kind === "failed") throw unreadable(text);
      return text.trim() === '"v1"' ? "v1" : "Unknown";
    }
  }
}

async function ask(bytes: Uint8Array, log: Logger): Promise<RunResult<ProtocolVersionAnswer>> {
  await using pool = new GuestPool<null, ProtocolVersionAnswer>({
    workerUrl: workerUrl(),
    workers: 1,
    warmSpare: false,
    reusePreparingWorkers: true,
    serve: () => Promise.reject(new Error("host calls are not served while a policy is annotated")),
    log,
  });
  const prepared = await pool.prepare({ bytes, protocol: "wapc", timeoutMs });
  const key = pool.addPolicy({ name: "policy", prepared, context: null, hostCallsMayWait: false });
  return await pool.run(key, "protocol-version", new Uint8Array(0), { timeoutMs });
}

/** In a bundle the worker stands beside the program. */
function workerUrl(): URL {
  const name = import.meta.url.endsWith(".ts")
    ? "./protocol-version-worker.ts"
    : "./protocol-version-worker.js";
  return new URL(name, import.meta.url);
}

function unreadable(reason: string): KwctlError {
  const message = `Cannot read the protocol version of the policy: ${reason}`;
  return new KwctlError(message, { code: "KWCTL_POLICY_INVALID" });
}
