import { type SettingsValidationResponse, ValidationResponse } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { parseJson, stringifyJson } from "../guest/lossless-json.ts";
import { admissionRequest, type RequestFacts } from "./admission-request.ts";
import { type FakeHost, fakeHost } from "./fake-host.ts";

/** What one run of a policy is given. */
export interface RunOptions extends RequestFacts {
  readonly settings?: unknown;
  /** The whole request of a raw policy; then the members of an admission request mean nothing. */
  readonly raw?: unknown;
  /** Without one, every call of the policy but logging is refused. */
  readonly host?: FakeHost;
}

/** What a policy answered. */
export interface Outcome {
  readonly accepted: boolean;
  readonly message?: string;
  readonly code?: number;
  /** The whole object as the policy wants it; absent when it wants no change. */
  readonly mutatedObject?: unknown;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** What a policy says of settings. */
export type SettingsOutcome = SettingsValidationResponse;

/** The payload of `validate` and the host to run it with. */
export function validatePayload({ settings = {}, raw, host = fakeHost(), ...facts }: RunOptions) {
  const request = raw === undefined ? admissionRequest(facts) : raw;
  return { payload: stringifyJson({ request, settings }), host };
}

/** Reads the answer of `validate`; members without a value are left out. */
export function readOutcome(answer: string): Outcome {
  const read = v.parse(ValidationResponse, parseJson(answer));
  return {
    accepted: read.accepted,
    ...(read.message == null ? {} : { message: read.message }),
    ...(read.code == null ? {} : { code: read.code }),
    ...(read.mutated_object == null ? {} : { mutatedObject: read.mutated_object }),
    ...(read.warnings == null ? {} : { warnings: read.warnings }),
    ...(read.audit_annotations == null ? {} : { auditAnnotations: read.audit_annotations }),
  };
}
