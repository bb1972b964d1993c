import { errorText, type Logger } from "@kubewarden-ts/base";
import type { CallOptions, Evaluation, PolicyAudit } from "@kubewarden-ts/policy-evaluation";
import { type AdmissionResponse, readBatchPolicies, wireResponse } from "@kubewarden-ts/protocol";
import type { SpanContext } from "@kubewarden-ts/telemetry";
import { inEvaluationSpan } from "./evaluation-log.ts";
import { errorResponse, type Handler, type HttpRequest, type HttpResponse, jsonResponse } from "./message.ts";
import type { Route } from "./router.ts";

/** What the routes need of the evaluator; a fake in tests. */
export interface PolicyEvaluator {
  admission(
    origin: "validate" | "audit",
    policyId: string,
    body: Uint8Array,
    options?: EvaluationOptions,
  ): Promise<Evaluation>;
  raw(policyId: string, body: Uint8Array, options?: EvaluationOptions): Promise<Evaluation>;
  auditBatch(
    policyIds: readonly string[],
    body: Uint8Array,
    options?: EvaluationOptions,
  ): Promise<readonly PolicyAudit[]>;
}

export interface EvaluationOptions extends CallOptions {
  /** The span of the HTTP request. */
  readonly span?: SpanContext | undefined;
}

export interface PolicyRouteDeps {
  evaluator: PolicyEvaluator;
  log: Logger;
  /** Name of this machine, in the spans of logs; `unknown` unless told. */
  host?: string;
}

const maxBatchPolicies = 1000;

/** Tells who audits that a batch may be asked for. */
const batchHeader = { "kubewarden-ts-batch": "1" };

/** The routes of the API listener: upstream's three (policy-server 4.1), and the batch of audits (architecture 5). */
export function policyRoutes(deps: PolicyRouteDeps): Route[] {
  return [
    { path: "/audit", parameter: "none", method: "POST", handle: batchHandler(deps) },
    { path: "/validate", parameter: "policy-id", method: "POST", handle: admissionHandler("validate", deps) },
    { path: "/audit", parameter: "policy-id", method: "POST", handle: admissionHandler("audit", deps) },
    { path: "/validate_raw", parameter: "policy-id", method: "POST", handle: rawHandler(deps) },
  ];
}

/** `POST /validate/{policy_id}` and `POST /audit/{policy_id}`: an AdmissionReview in, an AdmissionReview out. */
export function admissionHandler(origin: "validate" | "audit", deps: PolicyRouteDeps): Handler {
  const { evaluator, log, host = "unknown" } = deps;
  const name = origin === "audit" ? "audit" : "validation";
  const evaluate = ({ policyId, body, ...options }: HttpRequest): Promise<Evaluation> =>
    evaluator.admission(origin, policyId, body, inEvaluationSpan({ name, policyId, host }, options));
  const review = (response: AdmissionResponse): HttpResponse =>
    jsonResponse(200, {
      kind: "AdmissionReview",
      apiVersion: "admission.k8s.io/v1",
      response: wireResponse(response),
    });
  const handle: Handler = (request) => answer(request, { evaluate, review, log });
  if (origin === "validate") return handle;
  return async (request) => withHeaders(await handle(request), batchHeader);
}

function withHeaders(response: HttpResponse, headers: Readonly<Record<string, string>>): HttpResponse {
  return { ...response, headers: { ...response.headers, ...headers } };
}

/** `POST /validate_raw/{policy_id}`: `{"request": <any JSON>}` in, `{"response": …}` out. */
export function rawHandler({ evaluator, log, host = "unknown" }: PolicyRouteDeps): Handler {
  const name = "validation_raw";
  const evaluate = ({ policyId, body, ...options }: HttpRequest): Promise<Evaluation> =>
    evaluator.raw(policyId, body, inEvaluationSpan({ name, policyId, host }, options));
  const review = (response: AdmissionResponse): HttpResponse =>
    jsonResponse(200, { response: wireResponse(response) });
  return (request) => answer(request, { evaluate, review, log });
}

/**
 * `POST /audit`: `{"request": …, "policies": ["id", …]}` in, `{"results": [{"policy", "revision", "reads", "response"}]}`
 * out, one for each policy in that order; `error` in place of `response` for a policy that has none.
 */
export function batchHandler({ evaluator, log }: PolicyRouteDeps): Handler {
  return async ({ body, policyId: _, ...options }) => {
    const batch = readBatchPolicies(body);
    if (batch.kind === "malformed") return errorResponse(batch.status, batch.message);
    if (batch.policyIds.length > maxBatchPolicies) {
      return errorResponse(422, `policies: ${batch.policyIds.length} are more than ${maxBatchPolicies}`);
    }
    const audits = await evaluator.auditBatch(batch.policyIds, body, options);
    const malformed = audits.map(({ evaluation }) => evaluation).find(({ kind }) => kind === "malformed");
    if (malformed?.kind === "malformed") return errorResponse(malformed.status, malformed.message);
    return jsonResponse(200, { results: audits.map((audit) => batchResult(audit, log)) });
  };
}

function batchResult({ policyId, revision, evaluation }: PolicyAudit, log: Logger): object {
  const common = { policy: policyId, ...(revision !== undefined && { revision }) };
  if (evaluation.kind === "response") {
    return { ...common, reads: evaluation.reads ?? [], response: wireResponse(evaluation.response) };
  }
  const { status, body } = errorOf(evaluation, policyId, log);
  return { ...common, error: { ...JSON.parse(body), status } };
}

async function answer(
  request: HttpRequest,
  {
    evaluate,
    review,
    log,
  }: {
    evaluate: (request: HttpRequest) => Promise<Evaluation>;
    review: (response: AdmissionResponse) => HttpResponse;
    log: Logger;
  },
): Promise<HttpResponse> {
  const evaluation = await evaluate(request).catch((error: unknown) => ({
    kind: "failed" as const,
    error: toError(error),
  }));
  if (evaluation.kind === "response") return review(evaluation.response);
  return errorOf(evaluation, request.policyId, log);
}

function errorOf(
  evaluation: Exclude<Evaluation, { kind: "response" }>,
  policyId: string,
  log: Logger,
): HttpResponse {
  switch (evaluation.kind) {
    case "unknown-policy":
      return errorResponse(404, `unknown policy: ${policyId}`);
    case "malformed":
      return errorResponse(evaluation.status, evaluation.message);
    case "invalid-policy-id":
      return somethingWentWrong(log, `Not a valid Policy ID: ${policyId}`);
    case "failed":
      return somethingWentWrong(log, errorText(evaluation.error));
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The detail is for the log only: clients learn nothing about our insides. */
function somethingWentWrong(log: Logger, detail: string): HttpResponse {
  log.error(`Evaluation error: ${detail}`);
  return errorResponse(500, "Something went wrong");
}
