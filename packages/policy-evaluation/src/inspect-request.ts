import { isUtf8 } from "node:buffer";
import type { GuestPool } from "@kubewarden-ts/policy-runtime/node";
import {
  type ReadRequest,
  type RequestFacts,
  type RequestProblem,
  readAdmissionReview,
  readRawReview,
} from "@kubewarden-ts/protocol";
import type { InspectAction, PolicyContext, WorkerAnswer } from "./worker/worker-answer.ts";

/** What is to be known of a request that no policy is asked about. */
export interface InspectedRequest {
  readonly kind: "request";
  readonly uid: string;
  /** Its namespace is the one that is always accepted. */
  readonly alwaysAccepted: boolean;
  /** `undefined` of raw requests. */
  readonly facts?: RequestFacts | undefined;
}

export interface InspectionDeps {
  readonly pool: Pick<GuestPool<PolicyContext, WorkerAnswer>, "run">;
  /** Key of the policy that only reads requests. */
  readonly inspectorKey: number;
  readonly alwaysAcceptNamespace: string | undefined;
}

/** Reading this much takes less than asking a worker for it; a larger body would hold up everybody else's requests. */
const maxBytesReadHere = 128 * 1024;
/** Whoever is to be told that there is no time left does not wait for long either. */
const inspectionTimeoutMs = 1000;

/** Reads a request without asking a policy. */
export async function inspectRequest(
  { form, body }: { form: "review" | "raw"; body: Uint8Array },
  { pool, inspectorKey, alwaysAcceptNamespace }: InspectionDeps,
): Promise<InspectedRequest | RequestProblem> {
  const action = form === "raw" ? "inspect-raw" : "inspect";
  if (body.length <= maxBytesReadHere) return inspectBody(action, body, alwaysAcceptNamespace);
  const result = await pool.run(inspectorKey, action, body, { timeoutMs: inspectionTimeoutMs });
  if (result.kind === "answer" && isInspection(result.answer)) return result.answer;
  // Whoever waits is to hear what there is to say, also when all workers are busy or gone.
  return inspectBody(action, body, alwaysAcceptNamespace);
}

/** Reads a request in this thread. */
export function inspectBody(
  action: InspectAction,
  body: Uint8Array,
  alwaysAcceptNamespace: string | undefined,
): InspectedRequest | RequestProblem {
  const read =
    action === "inspect-raw" ? readRawReview(body, { isUtf8 }) : readAdmissionReview(body, { isUtf8 });
  if (read.kind === "malformed") return read;
  const { uid, facts } = read;
  return { kind: "request", uid, facts, alwaysAccepted: isAlwaysAccepted(read, alwaysAcceptNamespace) };
}

/** Whether a request is for the namespace whose requests are accepted unseen; raw requests are for none. */
export function isAlwaysAccepted({ facts }: ReadRequest, alwaysAcceptNamespace: string | undefined): boolean {
  return alwaysAcceptNamespace !== undefined && facts?.namespace === alwaysAcceptNamespace;
}

function isInspection(answer: WorkerAnswer): answer is InspectedRequest | RequestProblem {
  return answer.kind === "request" || answer.kind === "malformed";
}
