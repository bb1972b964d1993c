import { timeoutText } from "@kubewarden-ts/policy-runtime/node";
import { type AdmissionResponse, rejection } from "@kubewarden-ts/protocol";

const overloadText =
  "the policy server is overloaded: the policy could not have been evaluated in time, and was not begun; try again";

/** The answer to a request that no policy has judged: its time was over, or there was too much to do. */
export function unjudged(why: "timed-out" | "shed", uid: string): AdmissionResponse {
  if (why === "timed-out") return rejection(uid, timeoutText, 500);
  // clients of Kubernetes try again by themselves when they are told to
  const status = {
    message: overloadText,
    reason: "TooManyRequests",
    details: { retryAfterSeconds: 1 },
    code: 429,
  };
  return { ...rejection(uid, overloadText), status };
}
