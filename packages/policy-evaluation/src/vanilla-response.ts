/// <reference lib="esnext.typedarrays" />
import {
  type AdmissionResponse,
  type AdmissionStatus,
  diff,
  formatPatch,
  ProtocolError,
  parseLossless,
  rejection,
  type ValidationResponse,
} from "@kubewarden-ts/protocol";
import type { KubewardenProtocol } from "./settings-answer.ts";
import { readValidationAnswer } from "./validation-answer.ts";

const MUTATED_DELETE =
  "Incoming object is null, which happens only with DELETE operations, but the policy is attempting a mutation. This is not allowed";

/** What a policy's answer is read with. */
export interface GuestAnswer {
  /** Of the request. */
  readonly uid: string;
  /** JSON that a mutation is compared with: the object, or a whole raw request; `undefined` when there is none. */
  readonly object: Uint8Array | undefined;
  /** ValidationResponse, as the guest wrote it. */
  readonly answer: Uint8Array;
  readonly protocol: KubewardenProtocol;
}

/**
 * Makes the vanilla response of what a guest answered: its own verdict, before the policy's configuration is applied
 * (policy-runtime 2.6). An answer that cannot be read rejects with code 500 (2.7, 3).
 */
export function toAdmissionResponse({ uid, object, answer, protocol }: GuestAnswer): AdmissionResponse {
  const read = readValidationAnswer(answer);
  if (read.kind === "unreadable") return malformed(uid, protocol, "deserialize", read.detail);
  const { verdict, mutatedObject } = read.value;
  if (mutatedObject === undefined) return toResponse(uid, verdict, undefined);
  if (object === undefined) return rejection(uid, MUTATED_DELETE);
  try {
    return toResponse(uid, verdict, patchBetween(object, mutatedObject));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return malformed(uid, protocol, "convert", error.message);
  }
}

function toResponse(
  uid: string,
  { accepted, message, code, warnings, audit_annotations }: Omit<ValidationResponse, "mutated_object">,
  patch: string | undefined,
): AdmissionResponse {
  const status: AdmissionStatus = { ...(message != null && { message }), ...(code != null && { code }) };
  return {
    uid,
    allowed: accepted,
    ...(patch !== undefined && { patchType: "JSONPatch", patch }),
    ...(Object.keys(status).length > 0 && { status }),
    auditAnnotations: audit_annotations ?? null,
    warnings: warnings ?? null,
  };
}

/** The patch in base64; `undefined` when both are the same JSON. */
function patchBetween(object: Uint8Array, mutated: Uint8Array): string | undefined {
  if (sameBytes(object, mutated)) return undefined;
  const operations = diff(parseLossless(object), parseLossless(mutated));
  return operations.length === 0 ? undefined : new TextEncoder().encode(formatPatch(operations)).toBase64();
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

function malformed(
  uid: string,
  protocol: KubewardenProtocol,
  step: "deserialize" | "convert",
  detail: string,
): AdmissionResponse {
  const fault =
    protocol === "wapc" ? "invalid response from policy" : `Cannot ${step} policy validation response`;
  return rejection(uid, `internal server error: ${fault}: ${detail}`, 500);
}
