import type { CapabilityServer } from "../server.ts";
import type { Exchange } from "./interaction.ts";
import { recordedRequest } from "./recorded-request.ts";
import { isSameRequest } from "./request-match.ts";
import { formatRequest } from "./session-file.ts";

export interface Replay {
  /** Answers in place of the deeds: nothing is contacted. */
  readonly serve: CapabilityServer;
  /** As `serve`, for who cannot wait. @throws {Error} what `serve` rejects with */
  answer(path: string, input: unknown): Uint8Array;
  /** How many exchanges nobody asked for. */
  left(): number;
}

/** Answers host calls as they were answered when a session was recorded: strictly in its order (policy-runtime 8). */
export function createReplay(exchanges: readonly Exchange[]): Replay {
  let next = 0;
  const answer = (path: string, input: unknown): Uint8Array => {
    const exchange = exchanges[next];
    if (exchange === undefined) throw new Error("the list of recorded responses is empty");
    next++;
    const asked = recordedRequest(path, input);
    if (!isSameRequest(asked, exchange.request)) {
      const [expected, got] = [formatRequest(exchange.request), formatRequest(asked)].map(oneLine);
      throw new Error(`Replay error: unexpected request. Was expecting ${expected}, got ${got} instead`);
    }
    const { response } = exchange;
    if (response.type === "Error") throw new Error(response.message);
    return new TextEncoder().encode(response.payload);
  };
  return {
    answer,
    serve: async (path, input) => ({ bytes: answer(path, input) }),
    left: () => exchanges.length - next,
  };
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}
