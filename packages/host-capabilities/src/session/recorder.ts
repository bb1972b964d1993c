import { errorText } from "@kubewarden-ts/base";
import type { CapabilityServer } from "../server.ts";
import type { Exchange, RecordedResponse } from "./interaction.ts";
import { recordedRequest } from "./recorded-request.ts";

export interface Recorder {
  /** Does what it is asked, and notes it. */
  readonly serve: CapabilityServer;
  /** What was asked so far and has ended, in the order in which it was asked. */
  exchanges(): Exchange[];
}

/** Notes host calls and how they ended, so that they can be replayed (policy-runtime 8). */
export function createRecorder(serve: CapabilityServer): Recorder {
  const entries: { request: Exchange["request"]; response: RecordedResponse | undefined }[] = [];
  return {
    async serve(path, input, signal) {
      const entry: (typeof entries)[number] = { request: recordedRequest(path, input), response: undefined };
      entries.push(entry);
      try {
        const answer = await serve(path, asIfUnknown(input), signal);
        // Copied: what is shared between threads cannot be decoded.
        const payload = new TextDecoder().decode(answer.bytes?.slice());
        entry.response = { type: "Success", payload };
        // Without a validity the next equal question comes here too.
        return { bytes: answer.bytes };
      } catch (error) {
        // all that the guest is told now, so that a replay tells it the same
        entry.response = { type: "Error", message: errorText(error) };
        throw error;
      }
    },
    exchanges: () =>
      entries.flatMap(({ request, response }) => (response === undefined ? [] : [{ request, response }])),
  };
}

/** Every answer is to be noted, also where the asker has it already. */
function asIfUnknown(input: unknown): unknown {
  if (typeof input !== "object" || input === null || !("known_version" in input)) return input;
  return { ...input, known_version: undefined };
}
