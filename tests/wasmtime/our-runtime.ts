import {
  createGuest,
  defaultLimits,
  type GuestEnvironment,
  prepareModule,
} from "@kubewarden-ts/policy-runtime/core";
import type { Abi } from "@kubewarden-ts/policy-sdk/build";
import type { HostCall, Question, Reply } from "./wasmtime-host.ts";

const environment: GuestEnvironment = {
  now: () => 0,
  monotonic: () => 1,
  fillRandom: (bytes) => void bytes.fill(7),
  sleep: () => ({ done: Promise.resolve(), cancel: () => {} }),
};
const options = { environment, limits: defaultLimits, hostCallsMayWait: false };

/** Asks a policy in our own runtime, as `askInWasmtime` does in wasmtime: an instance for each question. */
export async function askInOurRuntime(
  wasm: Uint8Array,
  abi: Abi,
  questions: readonly Question[],
): Promise<Reply[]> {
  const prepared = await prepareModule(wasm, abi, options);
  const replies: Reply[] = [];
  for (const { operation, payload, host = {} } of questions) {
    const hostCalls: HostCall[] = [];
    const call = { operation, pieces: [new TextEncoder().encode(payload)] };
    const result = await createGuest(prepared, options).call(call, answering(host, hostCalls));
    if (result.kind === "failure") replies.push({ error: result.text, hostCalls });
    else replies.push({ answer: new TextDecoder().decode(result.bytes), hostCalls });
  }
  return replies;
}

function answering(answers: Readonly<Record<string, string>>, hostCalls: HostCall[]) {
  return {
    call(asked: { binding: string; namespace: string; operation: string; payload: Uint8Array }) {
      const { binding, namespace, operation } = asked;
      hostCalls.push({ binding, namespace, operation, payload: new TextDecoder().decode(asked.payload) });
      const path = `${binding}/${namespace}/${operation}`;
      const answer = answers[path];
      if (answer === undefined) throw new Error(`no answer for ${path}`);
      return new TextEncoder().encode(answer);
    },
    print() {},
    suspended() {},
    resumed() {},
  };
}
