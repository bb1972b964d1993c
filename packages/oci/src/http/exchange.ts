import type { Dispatcher } from "undici";
import { OciError, registryError } from "../errors.ts";

export type Method = "GET" | "HEAD" | "PATCH" | "POST" | "PUT";

/** One request to one URL, with what it is sent through. */
export interface Exchange {
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly dispatcher: Dispatcher;
  /** The largest body of a success that is taken, in bytes. */
  readonly maxBytes: number;
  /** Until the answer is complete, in milliseconds. */
  readonly timeoutMs: number;
  readonly receiver?: BodyReceiver | undefined;
}

/** Takes the body of a success piece by piece, in place of memory; the answer's body is empty then. What it throws counts. */
export interface BodyReceiver {
  /** What the next request says besides, such as `range`. */
  headers(): Readonly<Record<string, string>>;
  /** Called before the first piece of each answer of status 200 or 206. */
  begin(answer: AnswerHead): void;
  /** The next piece comes when this one is taken. Where there is no `content-length`, the limit is the receiver's to keep. */
  take(piece: Uint8Array): void | Promise<void>;
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
}

type AnswerHead = Pick<Answer, "url" | "status" | "headers">;

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
    const head = { url, status: response.statusCode, headers: readHeaders(response.headers) };
    return { kind: "answer", ...head, body: await readBody(response, { ...request, head }) };
  } catch (error) {
    if (error instanceof OciError) throw error;
    if (error instanceof ReceiverFault) throw error.cause;
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

/** The body, unless a receiver took it. */
async function readBody(
  { body }: Dispatcher.ResponseData,
  { method, head, maxBytes, receiver }: Exchange & { head: AnswerHead },
): Promise<Uint8Array> {
  const { status, headers, url } = head;
  const isSuccess = status >= 200 && status < 300;
  const limit = isSuccess ? maxBytes : maxErrorBytes;
  const tooLarge = (): OciError =>
    registryError(`the answer of ${urlText(url)} has more than ${limit} bytes`, { code: "OCI_TOO_LARGE" });
  const isReceived = receiver !== undefined && (status === 200 || status === 206);
  try {
    if (isSuccess && method !== "HEAD" && Number(headers.get("content-length")) > limit) throw tooLarge();
    if (isReceived) await received(() => receiver.begin(head));
  } catch (error) {
    // that it was cut off is no news
    body.on("error", () => {}).destroy();
    throw error;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (isReceived) {
      await received(() => receiver.take(chunk));
      continue;
    }
    chunks.push(chunk);
    length += chunk.length;
    if (length <= limit) continue;
    if (isSuccess) throw tooLarge();
    break;
  }
  return Buffer.concat(chunks).subarray(0, limit);
}

/** Tells what a receiver throws from what the network does. */
class ReceiverFault extends Error {}

async function received(deed: () => void | Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (cause) {
    throw new ReceiverFault("the body was not taken", { cause });
  }
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
