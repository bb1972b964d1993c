import type { GuestCall, GuestProtocol, GuestResult } from "@kubewarden-ts/policy-runtime";
import {
  type AdmissionResponse,
  type ExecutionMode,
  type ReadRequest,
  rejection,
} from "@kubewarden-ts/protocol";
import { gatekeeperResponse } from "../gatekeeper-response.ts";
import { opaResponse } from "../opa-response.ts";
import { type KubewardenProtocol, readSettingsAnswer, settingsCallFailure } from "../settings-answer.ts";
import { toAdmissionResponse } from "../vanilla-response.ts";
import type { RegoMode } from "./rego-data.ts";

/** How policies of one execution mode are asked, and what is made of how they end. */
export interface Dialect {
  /**
   * The question whether a request is to be accepted.
   * @param settings - as JSON
   * @param data - the data document of a Rego policy
   */
  validate(read: ReadRequest, settings: Uint8Array, data: Uint8Array | undefined): GuestCall;
  /** @param read - the request that was asked about */
  respond(read: ReadRequest, result: GuestResult): AdmissionResponse;
  /** How a policy is asked about its settings; Rego policies take any. */
  readonly settings:
    | { readonly operation: string; readonly problem: (result: GuestResult) => string | undefined }
    | undefined;
}

const encoder = new TextEncoder();
const requestStart = encoder.encode('{"request":');
const settingsStart = encoder.encode(',"settings":');
const parametersStart = encoder.encode('{"parameters":');
const reviewStart = encoder.encode(',"review":');
const end = encoder.encode("}");

export const dialects: Readonly<Record<ExecutionMode, Dialect>> = {
  "kubewarden-wapc": kubewardenDialect("wapc", "validate_settings"),
  wasi: kubewardenDialect("wasi", "validate-settings"),
  opa: regoDialect((read) => [requestStart, ...read.pieces, end], opaResponse),
  gatekeeper: regoDialect(
    (read, settings) => [parametersStart, settings, reviewStart, ...read.pieces, end],
    gatekeeperResponse,
  ),
};

/** The names of the settings operation differ between the protocols (policy-runtime 2.5, 3). */
function kubewardenDialect(protocol: KubewardenProtocol, settingsOperation: string): Dialect {
  return {
    validate: ({ pieces }, settings) => ({
      operation: "validate",
      pieces: [requestStart, ...pieces, settingsStart, settings, end],
    }),
    respond({ uid, object }, result) {
      if (result.kind === "answer")
        return toAdmissionResponse({ uid, object, answer: result.bytes, protocol });
      return rejection(uid, protocol === "wapc" ? `internal server error: ${result.text}` : result.text, 500);
    },
    settings: {
      operation: settingsOperation,
      problem: (result) =>
        result.kind === "answer"
          ? readSettingsAnswer(result.bytes, protocol)
          : settingsCallFailure(result.text, protocol),
    },
  };
}

function regoDialect(
  input: (read: ReadRequest, settings: Uint8Array) => readonly Uint8Array[],
  respond: (uid: string, answer: Uint8Array) => AdmissionResponse,
): Dialect {
  return {
    validate: (read, settings, data) => ({
      operation: "eval",
      pieces: input(read, settings),
      ...(data !== undefined && { data }),
    }),
    respond: ({ uid }, result) =>
      result.kind === "answer"
        ? respond(uid, result.bytes)
        : rejection(uid, `internal server error: ${result.text}`, 500),
    settings: undefined,
  };
}

export function isRego(mode: ExecutionMode): mode is RegoMode {
  return mode === "opa" || mode === "gatekeeper";
}

const protocols: Readonly<Record<ExecutionMode, GuestProtocol>> = {
  "kubewarden-wapc": "wapc",
  wasi: "wasi",
  opa: "rego",
  gatekeeper: "rego",
};

/** How modules of an execution mode talk to their host. */
export function protocolOf(mode: ExecutionMode): GuestProtocol {
  return protocols[mode];
}
