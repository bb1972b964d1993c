import { parseJson, stringifyJson } from "./lossless-json.ts";

/**
 * How a policy reaches its host. The engine sets this function before the policy is loaded; tests set it for the
 * time of one run. It throws an `Error` with the host's text.
 */
type HostCall = (binding: string, namespace: string, operation: string, payload: string) => string;

declare global {
  var __kubewarden_host_call: HostCall | undefined;
}

/** The host did not do what it was asked for: it denied the capability, or doing it failed. */
export class HostCallError extends Error {
  override readonly name = "HostCallError";
  /** As it is granted and declared, like `net/v1/dns_lookup_host`. */
  readonly capability: string;
  /** @param message - the host's text, unchanged */
  constructor(capability: string, message: string) {
    super(message);
    this.capability = capability;
  }
}

/** One operation a host offers. */
export interface HostOperation {
  readonly namespace: string;
  /** With the version, like `v1/dns_lookup_host`. */
  readonly operation: string;
}

/**
 * Asks the host, and waits for its answer: JSON there and back.
 * @throws {HostCallError} with the host's text
 */
export function callHost({ namespace, operation }: HostOperation, payload: unknown): unknown {
  const text = callHostText({ namespace, operation }, payload);
  return text === "" ? undefined : parseJson(text);
}

/** As `callHost`, with the answer as text. */
export function callHostText({ namespace, operation }: HostOperation, payload: unknown): string {
  const call = globalThis.__kubewarden_host_call;
  const capability = `${namespace}/${operation}`;
  if (call === undefined) throw new HostCallError(capability, "there is no host");
  try {
    return call("kubewarden", namespace, operation, stringifyJson(payload));
  } catch (error) {
    throw new HostCallError(capability, error instanceof Error ? error.message : String(error));
  }
}
