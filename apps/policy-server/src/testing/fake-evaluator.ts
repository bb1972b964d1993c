import type { CallOptions, Evaluation, Evaluator } from "@kubewarden-ts/policy-evaluation";
import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import type { PolicyEvaluator } from "../http/policy-routes.ts";

/** A call that the fake was asked for. */
export interface FakeCall {
  origin: "validate" | "audit" | "raw";
  policyId: string;
  /** One character per byte. */
  body: string;
  options: CallOptions | undefined;
}

/** Answers every evaluation with the given function, and keeps what it was asked. */
export function fakeEvaluator(
  answer: (call: FakeCall) => Evaluation | Promise<Evaluation> = () => accepted(),
): PolicyEvaluator & Pick<Evaluator, "reload" | "status"> & { calls: FakeCall[] } {
  const calls: FakeCall[] = [];
  const evaluate = async (
    origin: FakeCall["origin"],
    policyId: string,
    body: Uint8Array,
    options: CallOptions | undefined,
  ): Promise<Evaluation> => {
    const call = { origin, policyId, body: Buffer.from(body).toString("latin1"), options };
    calls.push(call);
    return answer(call);
  };
  return {
    calls,
    admission: evaluate,
    reload: async () => ({ added: [], changed: [], removed: [], failures: [] }),
    auditBatch: (policyIds, body, options) =>
      Promise.all(
        policyIds.map(async (policyId) => ({
          ...{ policyId, revision: `of ${policyId}` },
          evaluation: await evaluate("audit", policyId, body, options),
        })),
      ),
    status: () => [],
    raw: (policyId, body, options) => evaluate("raw", policyId, body, options),
  };
}

/** A plain acceptance. */
export function accepted(changes: Partial<AdmissionResponse> = {}): Evaluation {
  const response = { uid: "u1", allowed: true, auditAnnotations: null, warnings: null, ...changes };
  return { kind: "response", response };
}
