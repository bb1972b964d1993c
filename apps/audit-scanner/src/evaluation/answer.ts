import { printableLine } from "@kubewarden-ts/base";
import type { HttpAnswer } from "./connections.ts";
import type { BatchResult, PolicyResponse, ReadAnswer } from "./policy-answer.ts";

/** What came of asking about one policy. */
export type Answer = PolicyAnswer | Failure;

/** The policy server answered for the policy. */
export interface PolicyAnswer {
  readonly kind: "response";
  readonly response: PolicyResponse;
  readonly revision?: string | undefined;
  readonly reads?: readonly string[] | undefined;
}

/** No policy judged. */
export interface Failure {
  readonly kind: "failure";
  /** what happened, and what to do */
  readonly text: string;
  /**
   * There when asking again may help: the server has not begun, and is to be asked later; it, or who stands before it, cannot
   * take the request; the connection broke.
   */
  readonly again?: "refused" | "unavailable" | "broken";
  /** the server took the request, and its time was over */
  readonly silent?: true;
  /** how long the server asks to wait, in milliseconds */
  readonly retryAfterMs?: number | undefined;
}

/** A failure that the server reports, of a whole request or of one policy of a batch. */
export function reportedFailure({ status, text, retryAfterMs }: ReportedFailure): Failure {
  const failed = failure(`it answered HTTP ${status}${text === "" ? "" : `: ${text}`}${remedyOf(status)}`);
  if (status !== 429 && status !== 503) return failed;
  // whoever answers 503 for a server that is not there does not know when it comes
  const isRefusal = status === 429 || retryAfterMs !== undefined;
  return { ...failed, again: isRefusal ? "refused" : "unavailable", retryAfterMs };
}

export interface ReportedFailure {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs?: number | undefined;
}

export function failure(text: string): Failure {
  return { kind: "failure", text };
}

function remedyOf(status: number): string {
  switch (status) {
    case 404:
      return "; it has not loaded the policy: look at the conditions of the policy";
    case 413:
      return "; the object is bigger than it takes";
    case 429:
    case 503:
      return "; it is overloaded: give it more replicas, or audit less at once (--parallel-resources)";
    default:
      return status >= 500 ? "; look at its log" : "";
  }
}

/** The failure that an answer other than 200 is. */
export function httpFailure({ status, headers, body }: HttpAnswer): Failure {
  const seconds = Number(headers["retry-after"]);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
  return reportedFailure({ status, text: errorMessage(body), retryAfterMs });
}

const maxErrorLength = 300;

/** Of a policy server's error, its message; pages of proxies say nothing that stays the same. */
function errorMessage(body: string): string {
  if (body.length > 64 * 1024 || body.trimStart().startsWith("<")) return "";
  const text = messageMember(body) ?? body;
  const line = printableLine(text.trim());
  return line.length > maxErrorLength ? `${line.slice(0, maxErrorLength).toWellFormed()}…` : line;
}

function messageMember(body: string): string | undefined {
  try {
    const { message } = Object(JSON.parse(body));
    return typeof message === "string" ? message : undefined;
  } catch {
    return undefined;
  }
}

/** The answer that a response is; responses that no policy gave are failures. */
export function answerOf(
  read: ReadAnswer<PolicyResponse>,
  uid: string,
  facts: Pick<PolicyAnswer, "revision" | "reads"> = {},
): Answer {
  if (read.kind === "odd") return failure(`its answer is no AdmissionReview: ${read.problem}`);
  const { value: response } = read;
  if (response.uid !== "" && response.uid !== uid) return failure("its answer is about another object");
  if (isShed(response)) {
    const seconds = response.status?.details?.retryAfterSeconds;
    const retryAfterMs = typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined;
    return reportedFailure({ status: 429, text: response.status?.message ?? "", retryAfterMs });
  }
  return { kind: "response", response, ...facts };
}

/** The server had too much to do, and asked no policy. */
function isShed({ allowed, status }: PolicyResponse): boolean {
  return !allowed && status?.code === 429 && status.reason === "TooManyRequests";
}

/** The answer about one policy of a batch. */
export function batchAnswer(
  read: ReadAnswer<BatchResult> | undefined,
  { policyId, uid }: { policyId: string; uid: string },
): Answer {
  if (read === undefined) return failure("its answer has no result for the policy");
  if (read.kind === "odd") return failure(`its result for the policy is none: ${read.problem}`);
  const { policy, error, response, revision, reads } = read.value;
  if (policy !== policyId) return failure("its answer has the result of another policy in this place");
  if (error !== undefined) return reportedFailure({ status: error.status, text: error.message });
  if (response === undefined) return failure("its result for the policy has neither response nor error");
  const facts = { revision, reads: reads?.map((each) => JSON.stringify(each)) };
  return answerOf({ kind: "read", value: response }, uid, facts);
}
