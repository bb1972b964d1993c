import { createHash } from "node:crypto";
import type { Dispatcher } from "undici";
import type { DigestAlgorithm } from "../digest.ts";
import { OciError, registryError } from "../errors.ts";

/** One request to one URL, with what it is sent through. */
export interface Exchange {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly dispatcher: Dispatcher;
  /** The largest body of a success that is taken, in bytes. */
  readonly maxBytes: number;
  /** Until the answer is complete, in milliseconds. */
  readonly timeoutMs: number;
  /** Have the body hashed as it comes: a large one at once would hold up everything else. */
  readonly algorithm?: DigestAlgorithm | undefined;
}

/** An answer of any status, its body read to the end. */
export interface Answer {
  readonly kind: "answer";
  readonly url: URL;
  readonly status: number;
  /** by name in lower case; what stands several times is joined */
  readonly headers: ReadonlyMap<string, string>;
  /** of an answer that is no success, the beginning */
  readonly body: Uint8Array;
  /** of the body, as `<algorithm>:<hex>`, where an algorithm was asked for */
  readonly digest?: string | undefined;
}

/** No complete answer. */
export interface Failure {
  readonly kind: "failure";
  readonly url: URL;
  readonly cause: Error;
  /** the time limit was reached */
  readonly timedOut: boolean;
  /** an answer had begun */
  readonly answered: boolean;
}

export type Outcome = Answer | Failure;

/** Of an answer that is no success, this much is read. */
const maxErrorBytes = 64 * 1024;

/**
 * Sends a request and reads its answer; redirects are answers like any other.
 * @throws {OciError} `OCI_TOO_LARGE`, `OCI_ABORTED`
 */
export async function exchange(request: Exchange, signal: AbortSignal): Promise<Outcome> {
  const { method, url, headers, body, dispatcher, timeoutMs } = request;
  const { request: send } = await import("undici");
  const limit = AbortSignal.timeout(timeoutMs);
  let answered = false;
  try {
    const response = await send(url, {
      ...{ method, headers, dispatcher, signal: AbortSignal.any([signal, limit]) },
      ...(body !== undefined && { body }),
      // without, the connection would be closed after HEAD
      reset: false,
    });
    answered = true;
    const { body: content, digest } = await readBody(response, request);
    return {
      kind: "answer",
      url,
      status: response.statusCode,
      headers: readHeaders(response.headers),
      body: content,
      digest,
    };
  } catch (error) {
    if (error instanceof OciError) throw error;
    if (signal.aborted) throw stopped();
    const cause = limit.aborted ? new Error(`no complete answer within ${timeoutMs} ms`) : causeOf(error);
    return { kind: "failure", url, cause, timedOut: limit.aborted, answered };
  }
}

/** The error of a caller that has left. */
export function stopped(): OciError {
  return new OciError("the request to the registry was stopped", { code: "OCI_ABORTED" });
}

/** The error for a request that got no complete answer, with upstream's words (kwctl-and-oci 11). */
export function unreachable({ url, cause, timedOut }: Failure): OciError {
  const code = timedOut ? "OCI_TIMEOUT" : "OCI_UNAVAILABLE";
  return registryError(`error sending request for url (${urlText(url)})`, { code, cause });
}

/** A URL for texts: queries of redirects hold signatures, user parts hold passwords. */
export function urlText(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

async function readBody(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { method, url, maxBytes, algorithm }: Pick<Exchange, "method" | "url" | "maxBytes" | "algorithm">,
): Promise<{ body: Uint8Array; digest: string | undefined }> {
  const isSuccess = statusCode >= 200 && statusCode < 300;
  const limit = isSuccess ? maxBytes : maxErrorBytes;
  const tooLarge = (): OciError =>
    registryError(`the answer of ${urlText(url)} has more than ${limit} bytes`, { code: "OCI_TOO_LARGE" });
  const hash = algorithm === undefined ? undefined : createHash(algorithm);
  const chunks: Buffer[] = [];
  let length = 0;
  if (isSuccess && method !== "HEAD" && Number(headers["content-length"]) > limit) {
    // that it was cut off is no news
    body.on("error", () => {}).destroy();
    throw tooLarge();
  }
  for await (const chunk of body) {
    chunks.push(chunk);
    hash?.update(chunk);
    length += chunk.length;
    if (length <= limit) continue;
    if (isSuccess) throw tooLarge();
    break;
  }
  const digest = hash && `${algorithm}:${hash.digest("hex")}`;
  return { body: Buffer.concat(chunks, Math.min(length, limit)), digest };
}

function readHeaders(headers: Dispatcher.ResponseData["headers"]): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name.toLowerCase(), typeof value === "string" ? value : value.join(", ")] as const],
    ),
  );
}

/** Of several addresses that were tried in vain, the first says what happened. */
function causeOf(error: unknown): Error {
  const first: unknown = error instanceof AggregateError && error.message === "" ? error.errors[0] : error;
  return first instanceof Error ? first : new Error(String(first));
}
