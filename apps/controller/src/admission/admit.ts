import { errorText, type Semaphore } from "@kubewarden-ts/base";
import type { CallOptions } from "@kubewarden-ts/kube";
import type { ControllerContext } from "../context.ts";
import { defaultingPatch } from "./defaulting.ts";
import { type AdmissionRequest, nobody, type ReviewAddress, readReview, reviewAnswer } from "./review.ts";
import type { AdmissionRoute } from "./routes.ts";
import { validateObject } from "./validate-object.ts";
import { badRequest, internalError, type Verdict } from "./verdict.ts";

/** What of the controller its webhooks need. */
export type AdmissionContext = Pick<ControllerContext, "config" | "objects" | "log">;

/** A review as it came in. */
export interface ReviewBody {
  /** header `Content-Type` */
  readonly contentType: string | undefined;
  /** `undefined` when it was too long */
  readonly body: Uint8Array | undefined;
}

/** With what a review is answered. */
export interface ReviewDeps extends Required<CallOptions> {
  readonly context: AdmissionContext;
  /** of all reviews, at the API server */
  readonly dryRuns: Semaphore;
}

/** An answer, and its HTTP-like status: 200 when the object is admitted. */
export interface ReviewAnswer {
  readonly review: object;
  readonly code: number;
}

/** Longest AdmissionReview that is read (controller.md 2.1). */
export const maxReviewBytes = 7 * 1024 * 1024;

/** Answers what the API server asks one of the webhooks: never with an error of HTTP, and never in favour of what it could not check. */
export async function answerReview(
  route: AdmissionRoute,
  { contentType, body }: ReviewBody,
  deps: ReviewDeps,
): Promise<ReviewAnswer> {
  if (body === undefined)
    return answer(nobody, badRequest(`the body is longer than ${maxReviewBytes} bytes`, 413));
  if (body.byteLength === 0) return answer(nobody, badRequest("the body is empty"));
  if (!isJson(contentType)) {
    const received = contentType === undefined ? "nothing" : JSON.stringify(contentType);
    return answer(nobody, badRequest(`Content-Type: expected application/json, received ${received}`));
  }
  const reading = readReview(body);
  if (reading.kind === "unreadable") return answer(reading.address, badRequest(reading.problem));
  return answer(reading.address, await verdictOf(route, reading.request, deps));
}

async function verdictOf(
  { step, type }: AdmissionRoute,
  request: AdmissionRequest,
  { context, dryRuns, signal }: ReviewDeps,
): Promise<Verdict> {
  const { operation, object } = request;
  // removal is nobody's business here
  if (operation === "DELETE" || operation === "CONNECT") return { allowed: true };
  if (object === undefined || object === null) {
    return badRequest("request.object: expected an object, received nothing");
  }
  try {
    if (step === "mutate") return defaulted(type, operation, object);
    const { objects, config } = context;
    const { deploymentsNamespace } = config;
    return await validateObject(type, request, { objects, deploymentsNamespace, dryRuns, signal });
  } catch (error) {
    context.log.error("admission review failed", { kind: type.kind, step, error: errorText(error) });
    return internalError(`the ${type.kind} could not be checked: ${errorText(error)}`);
  }
}

/** For a review that nobody had time to read. */
export function busyAnswer(): ReviewAnswer {
  const message = "too many reviews are being read: try again";
  return answer(nobody, badRequest(message, 429));
}

function defaulted(
  type: AdmissionRoute["type"],
  operation: "CREATE" | "UPDATE",
  object: AdmissionRequest["object"],
): Verdict {
  const patch = defaultingPatch(type, object, operation);
  return patch === undefined
    ? badRequest(`request.object is no ${type.kind}: its metadata cannot be read`)
    : { allowed: true, patch };
}

function answer(address: ReviewAddress, verdict: Verdict): ReviewAnswer {
  return { review: reviewAnswer(address, verdict), code: verdict.allowed ? 200 : verdict.status.code };
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
}
