import * as v from "valibot";
import { type OciError, type OciErrorCode, registryError } from "../errors.ts";
import { type Answer, urlText } from "./exchange.ts";

const maxTextLength = 1000;

const Envelope = v.object({
  errors: v.pipe(
    v.array(v.object({ code: v.nullish(v.string()), message: v.nullish(v.string()) })),
    v.minLength(1),
  ),
});

/**
 * The error for an answer that is not the expected one, with upstream's words (kwctl-and-oci 11).
 * @param options.expected - the status that would have been right; 200 unless told
 * @param options.cause - why we were not known to the registry
 */
export function answerError(
  answer: Answer,
  { expected = 200, cause }: { expected?: number | undefined; cause?: Error | undefined } = {},
): OciError {
  const { status, url, body } = answer;
  const where = `url ${urlText(url)}`;
  if (status === 401) return registryError(`Not authorized: ${where}`, { code: "OCI_UNAUTHORIZED", cause });
  if (status < 400) {
    return registryError(
      `OCI distribution spec violation: Expected HTTP Status ${expected}, got ${status} instead: ${where}`,
      {
        code: "OCI_PROTOCOL",
      },
    );
  }
  const code = codeOf(status);
  const messages = status < 500 ? envelopeMessages(body) : undefined;
  return messages === undefined
    ? registryError(`Server error: ${where}, code: ${status}, message: ${bodyText(body)}`, { code, cause })
    : registryError(`Registry error: ${where}, envelope: OCI API errors: [${messages.join(", ")}]`, {
        code,
        cause,
      });
}

/** The text of a body for people: one line, not too long. */
export function bodyText(body: Uint8Array): string {
  return line(Buffer.from(body.subarray(0, 4 * maxTextLength)).toString("utf8"));
}

function codeOf(status: number): OciErrorCode {
  if (status === 404) return "OCI_NOT_FOUND";
  return status >= 500 || status === 429 ? "OCI_UNAVAILABLE" : "OCI_REFUSED";
}

function envelopeMessages(body: Uint8Array): string[] | undefined {
  try {
    const envelope = v.safeParse(Envelope, JSON.parse(Buffer.from(body).toString("utf8")));
    if (!envelope.success) return undefined;
    return envelope.output.errors
      .slice(0, 10)
      .map(({ code, message }) => `OCI API error: ${line(message || code || "")}`);
  } catch {
    return undefined;
  }
}

function line(text: string): string {
  const plain = text.replaceAll(/[\x00-\x1f\x7f]+/g, " ").trim();
  return plain.length > maxTextLength ? `${plain.slice(0, maxTextLength)}…` : plain;
}
