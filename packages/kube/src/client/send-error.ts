import { errorText } from "@kubewarden-ts/base";
import type { ClusterAccess } from "../access/cluster-access.ts";
import { KubeError } from "../errors.ts";

/** The error for a request that got no answer, or only a part of one. */
export function sendError(cause: unknown, access: ClusterAccess): KubeError {
  if (cause instanceof KubeError) return cause;
  const reason = innermost(cause);
  const code = codeOf(reason);
  const remedy = certificateCodes.has(code)
    ? `; the certificate is not what ${access.origin} says: look at its certificate authority and server name`
    : "";
  return new KubeError(`cannot reach the API server ${access.server}: ${errorText(reason)}${remedy}`, {
    code: "KUBE_UNAVAILABLE",
    cause,
  });
}

/** Whether the connection was closed before a byte of an answer came: a kept-alive one that the server had given up. */
export function isClosedConnection(cause: unknown): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(codeOf(innermost(cause)));
}

const certificateCodes = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Where several addresses were tried, the error of each is inside, and the outer one says nothing. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  return error;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
