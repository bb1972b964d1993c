import { parseJson, stringifyJson } from "../guest/lossless-json.ts";

/** One call a policy made. */
export interface RecordedCall {
  /** Like `net/v1/dns_lookup_host`. */
  readonly capability: string;
  readonly payload: unknown;
}

/** The host a policy under test talks to. */
export interface FakeHost {
  /** Answers as JSON text, or throws the text of a refusal. */
  call(binding: string, namespace: string, operation: string, payload: string): string;
  /** What was asked for so far, without log lines. */
  readonly calls: readonly RecordedCall[];
  /** The payloads of `tracing/log`. */
  readonly logs: readonly unknown[];
}

/** Answers of a host by capability; what one throws is the text the policy gets. */
export type FakeAnswers = Readonly<Record<string, (payload: unknown) => unknown>>;

/**
 * A host with the answers given. A capability that is not listed is refused, naming it, as a host refuses what was not
 * granted. Log lines need no listing.
 * @example fakeHost({ "net/v1/dns_lookup_host": () => ({ ips: ["192.0.2.1"] }) })
 */
export function fakeHost(answers: FakeAnswers = {}): FakeHost {
  return notingHost(({ capability, payload }) => {
    const answer = Object.hasOwn(answers, capability) ? answers[capability] : undefined;
    if (answer === undefined) throw new Error(`fakeHost has no answer for ${capability}`);
    return stringifyJson(answer(parseJson(payload)));
  });
}

/** A call as the guest makes it. */
export interface GuestCall {
  readonly capability: string;
  readonly namespace: string;
  readonly operation: string;
  /** JSON text. */
  readonly payload: string;
}

/** A host that notes what it is asked for; `answer` gives JSON text, or throws the text of a refusal. */
export function notingHost(answer: (call: GuestCall) => string): FakeHost {
  const calls: RecordedCall[] = [];
  const logs: unknown[] = [];
  return {
    calls,
    logs,
    call(binding, namespace, operation, payload) {
      const capability = `${namespace}/${operation}`;
      if (binding !== "kubewarden") throw new Error(`unknown binding: ${binding}`);
      if (capability === "tracing/log") {
        logs.push(parseJson(payload));
        return "";
      }
      calls.push({ capability, payload: parseJson(payload) });
      return answer({ capability, namespace, operation, payload });
    },
  };
}
