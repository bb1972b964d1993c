import { isUtf8 } from "node:buffer";
import { errorText } from "@kubewarden-ts/base";
import { createDispatcher, HostCallError, parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import type { Begun, GuestHandler } from "@kubewarden-ts/policy-runtime/worker";
import {
  acceptance,
  type ReadRequest,
  type RequestProblem,
  readAdmissionReview,
  readRawReview,
  rejection,
} from "@kubewarden-ts/protocol";
import { gatekeeperRefusesRaw } from "../gatekeeper-response.ts";
import { inspectBody, isAlwaysAccepted } from "../inspect-request.ts";
import { dialects, isRego } from "./dialect.ts";
import { ReadCollector } from "./evaluation-reads.ts";
import { createPolicyData } from "./policy-data.ts";
import type { ObservedFacts, PolicyContext, WorkerAction, WorkerAnswer } from "./worker-answer.ts";

type Read = ReadRequest | RequestProblem;

/** What workers do around a guest: requests in, admission responses out. */
export const admissionHandler: GuestHandler<PolicyContext, WorkerAnswer> = {
  open(context, { serve, log }) {
    const { policyId, mode, settings } = context;
    const policyLog = log.child({
      target: "policy_log",
      span: { name: "policy_log", fields: { policy_id: policyId } },
    });
    const denied: string[] = [];
    const observed = ({ facts }: ReadRequest): ObservedFacts =>
      context.observed ? { facts, ...(denied.length > 0 && { denied: denied.splice(0) }) } : {};
    const dispatcher = createDispatcher({
      policyId,
      grants: parseCapabilityPatterns(context.hostCapabilities),
      contextAwareResources: context.contextAwareResources,
      namespaced: context.namespaced,
      log,
      serve,
      ...(context.observed && { denied: (capability: string) => void denied.push(capability) }),
    });
    const dialect = dialects[mode];
    const data = isRego(mode) ? createPolicyData(mode, context, dispatcher) : undefined;

    const ask = (
      read: ReadRequest,
      document: Uint8Array | undefined,
      collector: ReadCollector | undefined,
    ): Begun<WorkerAnswer> => ({
      kind: "ask",
      call: dialect.validate(read, settings, document),
      ...(collector && { hostCall: (call) => dispatcher.call(call, collector) }),
      conclude: (result) => ({
        kind: "response",
        response: dialect.respond(read, result),
        ...(collector && { reads: collector.reads() }),
        ...observed(read),
      }),
    });
    const validate = (read: Read, isRaw: boolean, collector?: ReadCollector): Begun<WorkerAnswer> => {
      if (read.kind === "malformed") return answer(read);
      if (isAlwaysAccepted(read, context.alwaysAcceptNamespace))
        return answer({ kind: "response", response: acceptance(read.uid), ...observed(read) });
      if (isRaw && mode === "gatekeeper") {
        return answer({ kind: "response", response: gatekeeperRefusesRaw(read.uid) });
      }
      const document = data?.current({ note: collector?.note });
      if (!(document instanceof Promise)) return ask(read, document, collector);
      const until = document.then(
        (ready) => ask(read, ready, collector),
        (error: unknown) => answer({ ...withoutData(read.uid, error), ...observed(read) }),
      );
      return { kind: "wait", until };
    };

    return {
      hostCall: (call) => dispatcher.call(call),
      print: (text) => policyLog.info("guest output", { text }),
      note: (error) => policyLog.debug("a built-in function had no result", { error }),
      begin(action, body) {
        const asked = action as WorkerAction;
        switch (asked) {
          case "inspect":
          case "inspect-raw":
            return answer(inspectBody(asked, body, context.alwaysAcceptNamespace));
          case "validate":
            return validate(readAdmissionReview(body, { isUtf8 }), false);
          case "audit":
            return validate(readAdmissionReview(body, { isUtf8 }), false, new ReadCollector());
          case "validate-raw":
            return validate(readRawReview(body, { isUtf8 }), true);
          case "validate-settings":
            return validateSettings(context);
        }
      },
    };
  },
};

function answer(answered: WorkerAnswer): Begun<WorkerAnswer> {
  return { kind: "answer", answer: answered };
}

function validateSettings({ mode, settings }: PolicyContext): Begun<WorkerAnswer> {
  const asked = dialects[mode].settings;
  if (asked === undefined) return answer({ kind: "settings", problem: undefined });
  return {
    kind: "ask",
    call: { operation: asked.operation, pieces: [settings] },
    conclude: (result) => ({ kind: "settings", problem: asked.problem(result) }),
  };
}

/** The cluster data of a Rego policy cannot be had: the error is the message (policy-runtime 4.5). */
function withoutData(uid: string, error: unknown): WorkerAnswer {
  const message = error instanceof HostCallError ? error.message : errorText(error);
  return { kind: "response", response: rejection(uid, message, 500) };
}
