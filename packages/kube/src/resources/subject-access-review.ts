import * as v from "valibot";
import type { KubeClient } from "../client/kube-client.ts";
import { KubeError } from "../errors.ts";

/** Who wants to do what (`SubjectAccessReviewSpec` of `authorization.k8s.io/v1`). */
export interface SubjectAccessReviewSpec {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes: {
    readonly verb: string;
    readonly resource: string;
    readonly group?: string;
    readonly version?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
}

const AccessStatus = v.object({
  allowed: v.boolean(),
  denied: v.exactOptional(v.boolean()),
  reason: v.exactOptional(v.string()),
  evaluationError: v.exactOptional(v.string()),
});

/** The API server's decision. `allowed` false is no denial for good: another authorizer may allow. */
export type SubjectAccessReviewStatus = v.InferOutput<typeof AccessStatus>;

const Review = v.object({ status: AccessStatus });

/**
 * Asks the API server whether somebody may do something. It changes nothing, so it is repeated like a read.
 * @throws {KubeError} `KUBE_ANSWER_INVALID`: `SubjectAccessReview did not return a response`; any other of a request
 */
export async function createSubjectAccessReview(
  client: Pick<KubeClient, "request">,
  spec: SubjectAccessReviewSpec,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<SubjectAccessReviewStatus> {
  const review = { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec };
  const { body } = await client.request("/apis/authorization.k8s.io/v1/subjectaccessreviews", {
    method: "POST",
    body: new TextEncoder().encode(JSON.stringify(review)),
    repeatable: true,
    signal,
  });
  const result = v.safeParse(Review, parseJson(body));
  if (result.success) return result.output.status;
  throw new KubeError("SubjectAccessReview did not return a response", { code: "KUBE_ANSWER_INVALID" });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
