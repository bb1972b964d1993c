import { SettingsValidationResponse } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import type { Policy } from "../guest/define-policy.ts";
import { dispatch, thrownText } from "../guest/dispatch.ts";
import { type FakeHost, fakeHost } from "./fake-host.ts";
import {
  type Outcome,
  type RunOptions,
  readOutcome,
  type SettingsOutcome,
  validatePayload,
} from "./outcome.ts";

/** The policy did not answer: what it threw, as the text a host gets. */
export class GuestError extends Error {
  override readonly name = "GuestError";
}

/**
 * Asks a policy for its verdict in this process, through the code and the encoding of the built file.
 * @throws {GuestError} where a host would get an error instead of an answer
 * @example expect(run(policy, { object: pod, settings: { exempt: ["app"] } })).toEqual({ accepted: true });
 */
export function run<Settings extends v.GenericSchema, Request>(
  policy: Policy<Settings, Request>,
  options: RunOptions,
): Outcome {
  const { payload, host } = validatePayload(options);
  return readOutcome(call(policy, "validate", payload, host));
}

/** Asks a policy what it says of settings. @throws {GuestError} as `run` */
export function validateSettings<Settings extends v.GenericSchema, Request>(
  policy: Policy<Settings, Request>,
  settings: unknown,
): SettingsOutcome {
  const answer = call(policy, "validate_settings", JSON.stringify(settings), fakeHost());
  return v.parse(SettingsValidationResponse, JSON.parse(answer));
}

function call<Settings extends v.GenericSchema, Request>(
  policy: Policy<Settings, Request>,
  operation: string,
  payload: string,
  host: FakeHost,
): string {
  const former = globalThis.__kubewarden_host_call;
  // The one thing a built policy and one in this process cannot share: how the host is reached.
  globalThis.__kubewarden_host_call = (...parts) => host.call(...parts);
  try {
    return dispatch(policy, operation, payload);
  } catch (thrown) {
    throw new GuestError(thrownText(thrown, { stack: false }), { cause: thrown });
  } finally {
    globalThis.__kubewarden_host_call = former;
  }
}
