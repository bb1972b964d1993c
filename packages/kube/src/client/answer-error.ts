import * as v from "valibot";
import { KubeError, type KubeErrorCode } from "../errors.ts";

/** Why the API server refused a request, in its own words. */
const Status = v.object({
  kind: v.literal("Status"),
  message: v.nullish(v.string()),
  reason: v.nullish(v.string()),
  code: v.nullish(v.number()),
  details: v.nullish(
    v.object({
      name: v.nullish(v.string()),
      retryAfterSeconds: v.nullish(v.pipe(v.number(), v.minValue(0))),
    }),
  ),
});

/**
 * The error for an answer that is no success.
 * @param status - HTTP status; a `Status` in an event of a watch brings its own
 * @param body - a `Status` document, or the text of a proxy on the way
 * @param retryAfter - the header of that name
 */
export function answerError(
  status: number | undefined,
  body: Uint8Array,
  retryAfter: string | undefined,
): KubeError {
  const text = new TextDecoder().decode(body);
  const document = readStatus(text);
  const code = status ?? document?.code ?? 500;
  const { name, retryAfterSeconds } = document?.details ?? {};
  const retryAfterMs = retryAfterOf(retryAfter) ?? (retryAfterSeconds ? retryAfterSeconds * 1000 : undefined);
  return new KubeError(document?.message || fallbackMessage(code, text), {
    code: errorCode(code, Boolean(name)),
    status: code,
    ...(document?.reason && { reason: document.reason }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

function readStatus(text: string): v.InferOutput<typeof Status> | undefined {
  try {
    const result = v.safeParse(Status, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined; // "404 page not found", or the page of a proxy
  }
}

function fallbackMessage(status: number, text: string): string {
  const line = text.trim().split("\n", 1)[0]?.slice(0, 200) ?? "";
  return line === "" || line.startsWith("<") || line.startsWith("{")
    ? `the API server answered with HTTP status ${status}`
    : `the API server answered with HTTP status ${status}: ${line}`;
}

/** @param names - whether the answer names the object that was asked for: then its kind exists */
function errorCode(status: number, names: boolean): KubeErrorCode {
  switch (status) {
    case 401:
      return "KUBE_UNAUTHORIZED";
    case 403:
      return "KUBE_FORBIDDEN";
    case 404:
      return names ? "KUBE_NOT_FOUND" : "KUBE_RESOURCE_UNKNOWN";
    case 409:
      return "KUBE_CONFLICT";
    case 410:
      return "KUBE_GONE";
    case 429:
      return "KUBE_THROTTLED";
    default:
      return statusClass(status);
  }
}

function statusClass(status: number): KubeErrorCode {
  if (status >= 500) return "KUBE_UNAVAILABLE";
  return status >= 400 ? "KUBE_REFUSED" : "KUBE_ANSWER_INVALID";
}

/** Seconds; the other form, a date, is not one that API servers send. */
function retryAfterOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : undefined;
}
