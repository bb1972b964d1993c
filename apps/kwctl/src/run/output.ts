import type { AdmissionResponse } from "@kubewarden-ts/protocol";

/** One compact JSON line, the keys in the order of kwctl-and-oci.md 8.1. Ends with a newline. */
export function responseLine(response: AdmissionResponse): string {
  const { uid, allowed, patchType, patch, status, auditAnnotations, warnings } = response;
  return `${JSON.stringify({ uid, allowed, patchType, patch, status, auditAnnotations, warnings })}\n`;
}
