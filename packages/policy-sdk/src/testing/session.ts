import { readFileSync, writeFileSync } from "node:fs";
import { errorText } from "@kubewarden-ts/base";
import {
  createReplay,
  type Exchange,
  formatSession,
  parseSession,
  type RecordedResponse,
  recordedRequest,
} from "@kubewarden-ts/host-capabilities";
import { checkedCall, failurePrefix } from "./checked-call.ts";
import { type FakeHost, notingHost } from "./fake-host.ts";

/** A host that answers from a session file. */
export interface ReplayHost extends FakeHost {
  /**
   * Fails unless the policy asked for exactly what the file holds, also where the policy caught the error of a wrong
   * request. Call it at the end of the test.
   * @throws {Error} naming the first difference, or how many exchanges are left
   */
  assertReplayed(): void;
}

/** A host that notes what it was asked for and what it answered. */
export interface RecordingHost extends FakeHost {
  /** The text of a session file. */
  session(): string;
  /** Writes the session file. */
  save(file: string | URL): void;
}

/**
 * Answers the calls of a policy as a session file of `kwctl run --record-host-capabilities-interactions` says: in its
 * order, with its answers and errors. A request that differs from the recorded one gets an error naming both.
 * @throws {Error} when the file cannot be read
 * @example run(policy, { object, host: replay("test_data/session.yml") })
 */
export function replay(file: string | URL): ReplayHost {
  const session = createReplay(readSession(file));
  let difference: Error | undefined;
  const host = notingHost((call) =>
    checkedCall(call, (path, input) => {
      const bytes = session.answer(path, input);
      return new TextDecoder().decode(bytes);
    }),
  );
  return {
    ...host,
    call(...parts) {
      try {
        return host.call(...parts);
      } catch (error) {
        if (isDifference(error)) difference ??= error;
        throw error;
      }
    },
    assertReplayed() {
      if (difference !== undefined) throw difference;
      const left = session.left();
      if (left > 0) throw new Error(`${left} of the recorded exchanges have not been replayed`);
    },
  };
}

/**
 * Notes the calls that go to another host, to write them as a session file.
 * @example const host = record(fakeHost({ … })); run(policy, { object, host }); host.save("test_data/session.yml");
 */
export function record(answering: FakeHost): RecordingHost {
  const exchanges: Exchange[] = [];
  const host = notingHost((call) =>
    checkedCall(call, (path, input) => {
      const request = recordedRequest(path, input);
      const response = responseOf(() =>
        answering.call("kubewarden", call.namespace, call.operation, call.payload),
      );
      exchanges.push({ request, response });
      if (response.type === "Error") throw new Error(response.message);
      return response.payload;
    }),
  );
  const session = () => formatSession(exchanges);
  return { ...host, session, save: (file) => writeFileSync(file, session()) };
}

function readSession(file: string | URL): Exchange[] {
  try {
    return parseSession(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`cannot read session file ${String(file)}: ${errorText(cause)}`, { cause });
  }
}

function isDifference(error: unknown): error is Error {
  const texts = ["Replay error: ", "the list of recorded responses is empty"];
  return error instanceof Error && texts.some((text) => error.message.startsWith(`${failurePrefix}${text}`));
}

function responseOf(answer: () => string): RecordedResponse {
  try {
    return { type: "Success", payload: answer() };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const message = text.startsWith(failurePrefix) ? text.slice(failurePrefix.length) : text;
    return { type: "Error", message };
  }
}
