import { readFile } from "node:fs/promises";
import {
  createGuest,
  defaultLimits,
  type Guest,
  type GuestEnvironment,
  type GuestHost,
  prepareModule,
} from "@kubewarden-ts/policy-runtime/core";
import { SettingsValidationResponse } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import type { Abi } from "../build/abi.ts";
import { type FakeHost, fakeHost } from "./fake-host.ts";
import {
  type Outcome,
  type RunOptions,
  readOutcome,
  type SettingsOutcome,
  validatePayload,
} from "./outcome.ts";
import { GuestError } from "./run.ts";

/** A built policy, run as a host runs it: each call sees a fresh instance. */
export interface LoadedPolicy {
  /** @throws {GuestError} where a host would get an error instead of an answer */
  run(options: RunOptions): Promise<Outcome>;
  /** @throws {GuestError} as `run` */
  validateSettings(settings: unknown): Promise<SettingsOutcome>;
}

const environment: GuestEnvironment = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  fillRandom: (bytes) => bytes.set(crypto.getRandomValues(new Uint8Array(bytes.length))),
  sleep: (ms) => ({ done: new Promise((resolve) => setTimeout(resolve, ms)), cancel() {} }),
};

/**
 * Loads a built file.
 * @param file - path or bytes; which ABI it has is told by its exports
 * @example const policy = await load("policy.wasm");
 */
export async function load(file: string | URL | Uint8Array): Promise<LoadedPolicy> {
  const bytes = file instanceof Uint8Array ? file : new Uint8Array(await readFile(file));
  const abi = abiOf(bytes);
  const prepared = await prepareModule(bytes, abi, { environment, limits: defaultLimits });
  let guest: Guest | undefined;
  const call = async (operation: string, payload: string, host: FakeHost): Promise<string> => {
    guest ??= createGuest(prepared, { environment, limits: defaultLimits, hostCallsMayWait: false });
    const result = await guest.call(
      { operation, pieces: [new TextEncoder().encode(payload)] },
      guestHost(host),
    );
    if (!guest.restore()) guest = undefined;
    if (result.kind === "answer") return new TextDecoder().decode(result.bytes);
    throw new GuestError(result.text.replace(/^Guest call failure: /, ""));
  };
  return {
    async run(options) {
      const { payload, host } = validatePayload(options);
      return readOutcome(await call("validate", payload, host));
    },
    async validateSettings(settings) {
      const operation = abi === "wapc" ? "validate_settings" : "validate-settings";
      const answer = await call(operation, JSON.stringify(settings), fakeHost());
      return v.parse(SettingsValidationResponse, JSON.parse(answer));
    },
  };
}

function abiOf(bytes: Uint8Array): Abi {
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(bytes));
  return exported.some(({ name }) => name === "__guest_call") ? "wapc" : "wasi";
}

function guestHost(host: FakeHost): GuestHost {
  return {
    call({ binding, namespace, operation, payload }) {
      const answer = host.call(binding, namespace, operation, new TextDecoder().decode(payload));
      return new TextEncoder().encode(answer);
    },
    print() {},
    suspended() {},
    resumed() {},
  };
}
