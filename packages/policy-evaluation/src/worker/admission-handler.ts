import { isUtf8 } from "node:buffer";
import { createDispatcher, parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import type { GuestProtocol, GuestResult } from "@kubewarden-ts/policy-runtime";
import type { Begun, GuestHandler } from "@kubewarden-ts/policy-runtime/worker";
import {
  type ReadRequest,
  type RequestProblem,
  readAdmissionReview,
  readRawReview,
  rejection,
} from "@kubewarden-ts/protocol";
import { readSettingsAnswer, settingsCallFailure } from "../settings-answer.ts";
import { toAdmissionResponse } from "../vanilla-response.ts";
import type { PolicyContext, WorkerAction, WorkerAnswer } from "./worker-answer.ts";

const encoder = new TextEncoder();
const requestStart = encoder.encode('{"request":');
const settingsStart = encoder.encode(',"settings":');
const end = encoder.encode("}");

/** Names of the settings operation, which differ between the protocols (policy-runtime 2.5, 3). */
const settingsOperation: Record<GuestProtocol, string> = {
  wapc: "validate_settings",
  wasi: "validate-settings",
};

/** What workers do around a guest: requests in, admission responses out. */
export const admissionHandler: GuestHandler<PolicyContext, WorkerAnswer> = {
  open(context, { serve, log }) {
    const { policyId, protocol, settings } = context;
    const policyLog = log.child({
      target: "policy_log",
      span: { name: "policy_log", fields: { policy_id: policyId } },
    });
    const dispatch = createDispatcher({
      policyId,
      grants: parseCapabilityPatterns(context.hostCapabilities),
      contextAwareResources: context.contextAwareResources,
      log,
      serve,
    });
    const settingsPieces = [settingsStart, settings, end];
    const validate = (read: ReadRequest | RequestProblem): Begun<WorkerAnswer> => {
      if (read.kind === "malformed") return { kind: "answer", answer: read };
      if (isAlwaysAccepted(context, read)) return { kind: "answer", answer: acceptance(read.uid) };
      return {
        kind: "ask",
        operation: "validate",
        pieces: [requestStart, ...read.pieces, ...settingsPieces],
        conclude: (result) => ({ kind: "response", response: concludeValidation(protocol, read, result) }),
      };
    };
    return {
      hostCall: (call) => dispatch(call),
      print: (text) => policyLog.info("guest output", { text }),
      begin(action, body) {
        switch (action as WorkerAction) {
          case "inspect":
            return { kind: "answer", answer: describe(context, readAdmissionReview(body, { isUtf8 })) };
          case "inspect-raw":
            return { kind: "answer", answer: describe(context, readRawReview(body, { isUtf8 })) };
          case "validate":
            return validate(readAdmissionReview(body, { isUtf8 }));
          case "validate-raw":
            return validate(readRawReview(body, { isUtf8 }));
          case "validate-settings":
            return {
              kind: "ask",
              operation: settingsOperation[protocol],
              pieces: [settings],
              conclude: (result) => ({ kind: "settings", problem: settingsProblem(protocol, result) }),
            };
        }
      },
    };
  },
};

function isAlwaysAccepted({ alwaysAcceptNamespace }: PolicyContext, { facts }: ReadRequest): boolean {
  return alwaysAcceptNamespace !== undefined && facts?.namespace === alwaysAcceptNamespace;
}

function describe(context: PolicyContext, read: ReadRequest | RequestProblem): WorkerAnswer {
  if (read.kind === "malformed") return read;
  return {
    kind: "request",
    uid: read.uid,
    facts: read.facts,
    alwaysAccepted: isAlwaysAccepted(context, read),
  };
}

function acceptance(uid: string): WorkerAnswer {
  return { kind: "response", response: { uid, allowed: true, auditAnnotations: null, warnings: null } };
}

/** How a guest's end becomes a response (policy-runtime 2.6, 2.7, 3). */
function concludeValidation(protocol: GuestProtocol, { uid, object }: ReadRequest, result: GuestResult) {
  if (result.kind === "answer") return toAdmissionResponse({ uid, object, answer: result.bytes, protocol });
  return rejection(uid, protocol === "wapc" ? `internal server error: ${result.text}` : result.text, 500);
}

function settingsProblem(protocol: GuestProtocol, result: GuestResult): string | undefined {
  if (result.kind === "answer") return readSettingsAnswer(result.bytes, protocol);
  return settingsCallFailure(result.text, protocol);
}
