import { errorText, type Logger } from "@kubewarden-ts/base";
import type { CallOptions, Evaluation, Evaluator } from "@kubewarden-ts/policy-evaluation";
import { type AdmissionResponse, wireResponse } from "@kubewarden-ts/protocol";
import { errorResponse, type Handler, type HttpRequest, type HttpResponse, jsonResponse } from "./message.ts";
import type { Route } from "./router.ts";

/** What the routes need of the evaluator; a fake in tests. */
export type PolicyEvaluator = Pick<Evaluator, "admission" | "raw">;

export interface PolicyRouteDeps {
  evaluator: PolicyEvaluator;
  log: Logger;
}

/** The three routes of the API listener (policy-server 4.1). */
export function policyRoutes(deps: PolicyRouteDeps): Route[] {
  return [
    { path: "/validate", parameter: "policy-id", method: "POST", handle: admissionHandler("validate", deps) },
    { path: "/audit", parameter: "policy-id", method: "POST", handle: admissionHandler("audit", deps) },
    { path: "/validate_raw", parameter: "policy-id", method: "POST", handle: rawHandler(deps) },
  ];
}

/** `POST /validate/{policy_id}` and `POST /audit/{policy_id}`: an AdmissionReview in, an AdmissionReview out. */
export function admissionHandler(origin: "validate" | "audit", { evaluator, log }: PolicyRouteDeps): Handler {
  const evaluate = ({ policyId, body, ...rest }: HttpRequest): Promise<Evaluation> =>
    evaluator.admission(origin, policyId, body, options(rest));
  const review = (response: AdmissionResponse): HttpResponse =>
    jsonResponse(200, {
      kind: "AdmissionReview",
      apiVersion: "admission.k8s.io/v1",
      response: wireResponse(response),
    });
  return (request) => answer(request, { evaluate, review, log });
}

/** `POST /validate_raw/{policy_id}`: `{"request": <any JSON>}` in, `{"response": …}` out. */
export function rawHandler({ evaluator, log }: PolicyRouteDeps): Handler {
  const evaluate = ({ policyId, body, ...rest }: HttpRequest): Promise<Evaluation> =>
    evaluator.raw(policyId, body, options(rest));
  const review = (response: AdmissionResponse): HttpResponse =>
    jsonResponse(200, { response: wireResponse(response) });
  return (request) => answer(request, { evaluate, review, log });
}

function options({ timeoutMs }: { timeoutMs?: number }): CallOptions {
  return timeoutMs === undefined ? {} : { timeoutMs };
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
  switch (evaluation.kind) {
    case "response":
      return review(evaluation.response);
    case "unknown-policy":
      return errorResponse(404, `unknown policy: ${request.policyId}`);
    case "malformed":
      return errorResponse(evaluation.status, evaluation.message);
    case "invalid-policy-id":
      return somethingWentWrong(log, `Not a valid Policy ID: ${request.policyId}`);
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
