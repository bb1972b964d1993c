import type { Evaluation } from "@kubewarden-ts/policy-evaluation";
import type { EvaluationOptions, PolicyEvaluator } from "../http/policy-routes.ts";
import type { DecisionSpan, EvaluationSpans, OpenDecision } from "./evaluation-spans.ts";
import type { EvaluationOrigin, ServerMetrics } from "./server-metrics.ts";

export interface Observers {
  readonly metrics?: ServerMetrics | undefined;
  readonly spans?: EvaluationSpans | undefined;
}

/** Evaluates as the given evaluator does, and records each decision. */
export function observePolicies(evaluator: PolicyEvaluator, { metrics, spans }: Observers): PolicyEvaluator {
  const recorded = (origin: EvaluationOrigin, evaluation: Evaluation): void => {
    if (evaluation.kind === "response" && evaluation.observation !== undefined) {
      metrics?.recordEvaluation(origin, evaluation.observation);
    }
  };
  const decided = async (
    { name, origin, policyId }: { name: DecisionSpan; origin: EvaluationOrigin; policyId: string },
    options: EvaluationOptions,
    evaluate: (options: EvaluationOptions) => Promise<Evaluation>,
  ): Promise<Evaluation> => {
    const decision = spans?.begin(name, options.span);
    const evaluation = await evaluate(tracedOptions(options, decision));
    recorded(origin, evaluation);
    decision?.end(policyId, evaluation);
    return evaluation;
  };
  return {
    admission(origin, policyId, body, options = {}) {
      const name = origin === "audit" ? "audit" : "validation";
      return decided({ name, origin, policyId }, options, (traced) =>
        evaluator.admission(origin, policyId, body, traced),
      );
    },
    raw: (policyId, body, options = {}) =>
      decided({ name: "validation_raw", origin: "validate", policyId }, options, (traced) =>
        evaluator.raw(policyId, body, traced),
      ),
    async auditBatch(policyIds, body, options = {}) {
      const decisions = policyIds.map(() => spans?.begin("audit", options.span));
      const audits = await evaluator.auditBatch(policyIds, body, options);
      for (const [index, { policyId, evaluation }] of audits.entries()) {
        recorded("audit", evaluation);
        decisions[index]?.end(policyId, evaluation);
      }
      return audits;
    },
  };
}

function tracedOptions(options: EvaluationOptions, decision: OpenDecision | undefined): EvaluationOptions {
  const { log } = options;
  return decision === undefined || log === undefined
    ? options
    : { ...options, log: () => decision.traced(log()) };
}
