import {
  type AdmissionResponse,
  type AdmissionStatus,
  JsonObject,
  rejection,
  StringMap,
} from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { checkGuestJson, parseGuestJson } from "./guest-json.ts";

const text = v.nullish(v.string());
const Cause = v.pipe(JsonObject, v.object({ reason: text, message: text, field: text }));
const Details = v.pipe(
  JsonObject,
  v.object({
    ...{ name: text, group: text, kind: text, uid: text },
    causes: v.nullish(v.array(Cause)),
    retryAfterSeconds: v.nullish(v.number()),
    /** How upstream writes it. */
    retry_after_seconds: v.nullish(v.number()),
  }),
);
const Status = v.pipe(
  JsonObject,
  v.object({
    status: v.nullish(v.picklist(["Success", "Failure"])),
    message: text,
    reason: text,
    details: v.nullish(Details),
    code: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))),
  }),
);
/** The response that a policy in mode `opa` makes itself (policy-runtime 2.6, 4.3). */
const Response = v.pipe(
  JsonObject,
  v.object({
    uid: v.string(),
    allowed: v.boolean(),
    patchType: v.nullish(v.literal("JSONPatch")),
    patch: text,
    status: v.nullish(Status),
    auditAnnotations: v.nullish(StringMap),
    warnings: v.nullish(v.array(v.string())),
  }),
);
type Response = v.InferOutput<typeof Response>;

const Result = v.looseObject({ result: v.looseObject({ response: v.unknown() }) });

/**
 * Makes the vanilla response of what a policy in mode `opa` answered. What cannot be understood rejects with code 500.
 * @param uid - of the request: it takes the place of the policy's
 * @param answer - the result set of its first entrypoint: `[{"result": {"response": …}}]`
 */
export function opaResponse(uid: string, answer: Uint8Array): AdmissionResponse {
  const parsed = parseGuestJson(answer);
  if (parsed.kind === "unreadable") return serverError(uid, parsed.detail);
  const [first] = Array.isArray(parsed.value) ? parsed.value : [];
  const found = v.safeParse(Result, first);
  if (!found.success || found.output.result.response === undefined) {
    return serverError(uid, "cannot interpret OPA policy result");
  }
  const read = checkGuestJson(Response, found.output.result.response);
  return read.kind === "unreadable" ? serverError(uid, read.detail) : toResponse(uid, read.value);
}

function serverError(uid: string, detail: string): AdmissionResponse {
  return rejection(uid, `internal server error: ${detail}`, 500);
}

function toResponse(uid: string, response: Response): AdmissionResponse {
  const { allowed, patchType, patch, status, auditAnnotations, warnings } = response;
  return {
    uid,
    allowed,
    ...(patchType != null && { patchType }),
    ...(patch != null && { patch }),
    ...(status != null && { status: toStatus(status) }),
    auditAnnotations: auditAnnotations ?? null,
    warnings: warnings ?? null,
  };
}

function toStatus({ details, ...rest }: NonNullable<Response["status"]>): AdmissionStatus {
  const { status, message, reason, code } = rest;
  return {
    ...(status != null && { status }),
    ...(message != null && { message }),
    ...(reason != null && { reason }),
    ...(details != null && { details: toDetails(details) }),
    ...(code != null && { code }),
  };
}

function toDetails({
  causes,
  retryAfterSeconds,
  retry_after_seconds,
  ...texts
}: v.InferOutput<typeof Details>): NonNullable<AdmissionStatus["details"]> {
  const seconds = retryAfterSeconds ?? retry_after_seconds;
  const { name, group, kind, uid } = texts;
  const all = (causes ?? []).map(({ reason, message, field }) => ({
    reason: reason ?? null,
    message: message ?? null,
    field: field ?? null,
  }));
  return {
    ...(name != null && { name }),
    ...(group != null && { group }),
    ...(kind != null && { kind }),
    ...(uid != null && { uid }),
    ...(all.length > 0 && { causes: all }),
    ...(seconds != null && { retryAfterSeconds: seconds }),
  };
}
