import * as v from "valibot";

const Heard = v.object({
  /** what the guest sent to its host */
  payload: v.string(),
  /** what the host answered, byte for byte */
  answer: v.optional(v.string()),
  /** what the host, or the SDK, complained about */
  error: v.optional(v.string()),
});
const Response = v.object({ allowed: v.literal(false), status: v.object({ message: v.string() }) });

/** What the guest `go-host-calls` says of a call of its host: the answer, read as JSON, or the error. */
export function heardOf(response: unknown): { answer: unknown } | { error: string } {
  const { message } = v.parse(Response, response).status;
  const { answer, error } = v.parse(Heard, JSON.parse(message));
  if (error !== undefined) return { error };
  return { answer: answer === undefined || answer === "" ? undefined : JSON.parse(answer) };
}
