import { createLogger, type LogFields, type Logger, logLevels } from "@kubewarden-ts/base";
import type { Evaluation, Observation, SettingsValidation } from "@kubewarden-ts/policy-evaluation";
import type { Attributes, SpanContext, Tracer } from "@kubewarden-ts/telemetry";

/** Name of the span of a decision. */
export type DecisionSpan = "validation" | "audit" | "validation_raw";

/** Writes the spans of decisions (policy-server 12.1). */
export interface EvaluationSpans {
  /**
   * Begins the span of a decision.
   * @param parent - the span of the HTTP request
   */
  begin(name: DecisionSpan, parent: SpanContext | undefined): OpenDecision;
  settingsValidated(validation: SettingsValidation): void;
}

export interface OpenDecision {
  end(policyId: string, evaluation: Evaluation): void;
  /** A logger that makes a span `policy_log` of each line that the guest writes, besides writing it. */
  traced(log: Logger): Logger;
}

/** @param host - name of this machine, on all spans */
export function createEvaluationSpans(tracer: Tracer, host: string): EvaluationSpans {
  return {
    begin(name, parent) {
      const span = tracer.start({ name, parent });
      return {
        end(policyId, evaluation) {
          const observation = evaluation.kind === "response" ? evaluation.observation : undefined;
          for (const run of observation?.runs ?? []) {
            const { startMs, elapsedMs, timedOut } = run;
            const validate = tracer.start({ name: "validate", parent: span.context, startMs });
            const attributes = { host, policy_id: run.policyId, timed_out: timedOut };
            validate.end({ attributes, endMs: startMs + elapsedMs });
          }
          const attributes = { host, policy_id: policyId, ...decisionAttributes(evaluation, observation) };
          span.end({ attributes, failed: evaluation.kind === "failed" });
        },
        traced: (log) => tracedLogger(log, { tracer, parent: span.context, host }),
      };
    },
    settingsValidated({ policyId, startMs, endMs, problem }) {
      const span = tracer.start({ name: "validate_settings", startMs });
      span.end({ attributes: { host, policy_id: policyId, valid: problem === undefined }, endMs });
    },
  };
}

function decisionAttributes(evaluation: Evaluation, observation: Observation | undefined): Attributes {
  if (evaluation.kind !== "response") return {};
  const { response } = evaluation;
  return {
    ...requestAttributes(observation),
    allowed: response.allowed,
    mutated: response.patch !== undefined,
    response_code: response.status?.code,
    response_message: response.status?.message,
  };
}

/** Raw requests have none. */
function requestAttributes(observation: Observation | undefined): Attributes {
  const request = observation?.request;
  if (request === undefined) return {};
  const { uid, name = "", namespace = "", operation, subResource = "", kind, resource } = request;
  return {
    ...{ request_uid: uid, name, namespace, operation, subresource: subResource },
    ...{ kind: kind.kind, kind_group: kind.group, kind_version: kind.version },
    resource: resource.resource,
    ...{ resource_group: resource.group, resource_version: resource.version },
  };
}

function tracedLogger(
  log: Logger,
  { tracer, parent, host }: { tracer: Tracer; parent: SpanContext; host: string },
): Logger {
  return createLogger({
    level: logLevels.find((level) => log.enabled(level)) ?? "error",
    target: "policy_server",
    write({ level, message, target, spans, fields }) {
      const scoped = spans.reduce((outer, span) => outer.child({ span }), log.child({ target }));
      scoped.log(level, message, fields);
      if (target !== "policy_log") return;
      const attributes = { host, ...textFields(spans.at(-1)?.fields), level, message, ...textFields(fields) };
      tracer.start({ name: "policy_log", parent }).end({ attributes });
    },
  });
}

function textFields(fields: LogFields = {}): Attributes {
  const texts = Object.entries(fields).map(([name, value]) => [
    name,
    value == null ? undefined : String(value),
  ]);
  return Object.fromEntries(texts);
}
