import { errorText } from "@kubewarden-ts/base";
import { formatPatch, JsonObject } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { firstProblem, problemText } from "./problem-text.ts";
import type { Verdict } from "./verdict.ts";

const apiVersions = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] as const;

const AdmissionRequest = v.pipe(
  JsonObject,
  v.object({
    uid: v.string(),
    operation: v.picklist(["CREATE", "UPDATE", "DELETE", "CONNECT"]),
    object: v.nullish(JsonObject),
    oldObject: v.nullish(JsonObject),
    /** of the object as it was sent, before it was converted */
    requestKind: v.nullish(v.pipe(JsonObject, v.object({ version: v.string() }))),
  }),
);
const AdmissionReview = v.pipe(
  JsonObject,
  v.object({
    apiVersion: v.picklist(apiVersions),
    kind: v.literal("AdmissionReview"),
    request: AdmissionRequest,
  }),
);

export type AdmissionRequest = v.InferOutput<typeof AdmissionRequest>;
export type ReviewVersion = (typeof apiVersions)[number];

/** Whom the answer is for. What cannot be read is answered in v1, to nobody. */
export interface ReviewAddress {
  readonly apiVersion: ReviewVersion;
  readonly uid: string;
}

export type ReviewReading =
  | { readonly kind: "review"; readonly address: ReviewAddress; readonly request: AdmissionRequest }
  | { readonly kind: "unreadable"; readonly address: ReviewAddress; readonly problem: string };

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Reads an AdmissionReview of v1 or v1beta1 (controller.md 2.1). */
export function readReview(body: Uint8Array): ReviewReading {
  let document: unknown;
  try {
    document = JSON.parse(decoder.decode(body));
  } catch (error) {
    return unreadable({}, `the body is not JSON: ${errorText(error)}`);
  }
  const result = v.safeParse(AdmissionReview, document, firstProblem);
  if (!result.success) return unreadable(document, problemText(result.issues));
  const { apiVersion, request } = result.output;
  return { kind: "review", address: { apiVersion, uid: request.uid }, request };
}

const Address = v.object({
  apiVersion: v.fallback(v.picklist(apiVersions), "admission.k8s.io/v1"),
  request: v.fallback(v.object({ uid: v.fallback(v.string(), "") }), { uid: "" }),
});

/** The answer goes to whoever can be made out. */
function unreadable(document: unknown, problem: string): ReviewReading {
  const result = v.safeParse(Address, document);
  const address: ReviewAddress = result.success
    ? { apiVersion: result.output.apiVersion, uid: result.output.request.uid }
    : nobody;
  return { kind: "unreadable", address, problem: `the body is no AdmissionReview: ${problem}` };
}

/** For what cannot be read at all. */
export const nobody: ReviewAddress = { apiVersion: "admission.k8s.io/v1", uid: "" };

/** The AdmissionReview that answers. */
export function reviewAnswer({ apiVersion, uid }: ReviewAddress, verdict: Verdict): object {
  const { warnings = [] } = verdict;
  const patch = verdict.allowed ? (verdict.patch ?? []) : [];
  return {
    apiVersion,
    kind: "AdmissionReview",
    response: {
      uid,
      allowed: verdict.allowed,
      ...(!verdict.allowed && { status: verdict.status }),
      ...(patch.length > 0 && { patchType: "JSONPatch", patch: base64(formatPatch(patch)) }),
      ...(warnings.length > 0 && { warnings }),
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
