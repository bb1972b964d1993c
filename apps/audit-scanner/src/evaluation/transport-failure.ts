import { printableLine } from "@kubewarden-ts/base";

/** Why a request got no answer, for people. */
export interface TransportFailure {
  readonly text: string;
  /** it may be over in a moment */
  readonly passing: boolean;
}

/** In the words of the C library; without addresses and ports, so that the same fault reads the same in every report. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused; look whether its pods are ready",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  ETIMEDOUT: "connection timed out",
  UND_ERR_CONNECT_TIMEOUT: "no connection within 3 s; look for network policies in between",
  ENOTFOUND: "its name cannot be resolved",
  EAI_AGAIN: "its name cannot be resolved at the moment",
  ECONNRESET: "the connection broke before an answer came",
  EPIPE: "the connection broke before an answer came",
  UND_ERR_SOCKET: "the connection broke before an answer came",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "its answer has more than 16 MiB",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    "it wants a client certificate; set --client-cert and --client-key",
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
    "it does not know the authority of our certificate; look at --client-cert and at its client CA",
};

const neverConnected = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const broken = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);
const passing = new Set([...broken, "EAI_AGAIN"]);

/**
 * Says what happened to a request.
 * @param error - what the connection threw
 * @param way.anonymous - it was TLS, and we showed no certificate: some servers hang up then without a word
 * @param way.proxyVariable - which variable named the proxy on the way
 */
export function transportFailure(error: unknown, { anonymous, proxyVariable }: Way): TransportFailure {
  const cause = innermost(error);
  const code = codeOf(cause);
  const ofProxy = proxyVariable === undefined ? undefined : proxyFailure(cause, code);
  if (ofProxy !== undefined)
    return { text: `${ofProxy}; look at ${proxyVariable} and NO_PROXY`, passing: false };
  const text = Object.hasOwn(reasons, code) ? reasons[code] : undefined;
  const hint = anonymous && broken.has(code) ? certificateHint : "";
  return { text: (text ?? otherReason(cause, code)) + hint, passing: passing.has(code) };
}

export interface Way {
  readonly anonymous: boolean;
  readonly proxyVariable?: string | undefined;
}

/** What went wrong between us and the proxy: we connect to it, and to nobody else. */
function proxyFailure(cause: unknown, code: string): string | undefined {
  const text = cause instanceof Error ? cause.message : "";
  // undici has no other way to tell what the proxy said
  const refused = /^Proxy response \((?<status>\d+)\)/.exec(text)?.groups?.["status"];
  if (refused !== undefined) return `the proxy does not let us through: it answered HTTP ${refused}`;
  const reason = neverConnected.has(code) || code === "ENOTFOUND" ? reasons[code] : undefined;
  return reason === undefined ? undefined : `the proxy cannot be reached: ${reason.split(";")[0]}`;
}

const certificateHint = "; if it wants a client certificate, set --client-cert and --client-key";

/** Whether the request cannot have been seen by anybody: another endpoint may be asked at once. */
export function isNeverConnected(error: unknown): boolean {
  return neverConnected.has(codeOf(innermost(error)));
}

const certificateCode = /CERT|ISSUER|SIGNATURE|SELF_SIGNED/;

function otherReason(cause: unknown, code: string): string {
  const message = printableLine(cause instanceof Error ? cause.message : String(cause));
  if (!certificateCode.test(code) || code.startsWith("ERR_SSL")) return message || code;
  return `its certificate is not trusted: ${message}; set --extra-ca to the file of its authority`;
}

/** Where several addresses were tried, the error of each is inside, and the outer one says nothing. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  return error;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}
