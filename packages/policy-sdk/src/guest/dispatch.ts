import type { GenericSchema } from "valibot";
import type { Policy } from "./define-policy.ts";
import { parseJson, stringifyJson } from "./lossless-json.ts";
import { readSettings, typeName } from "./settings.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Runs one operation of a policy (policy-runtime 2.5): JSON text in, JSON text out. Built policies and tests go
 * through here alike.
 * @param operation - `validate`, `validate_settings`, `protocol_version`, or `validate-settings` of WASI hosts
 * @param numbersMayChange - as of `parseJson`, where somebody looked already
 * @throws whatever the policy throws, and an `Error` for an unknown operation or an answer that is no verdict
 */
export function dispatch<Settings extends GenericSchema, Request>(
  policy: Policy<Settings, Request>,
  operation: string,
  payload: string,
  numbersMayChange?: boolean,
): string {
  switch (operation) {
    case "validate":
      return stringifyJson(validate(policy, parseJson(payload, numbersMayChange)));
    case "validate_settings":
    case "validate-settings":
      return stringifyJson(validateSettings(policy, payload));
    case "protocol_version":
      return '"v1"';
    default:
      throw new Error(`No handler registered for function "${operation}"`);
  }
}

function validate<Settings extends GenericSchema, Request>(
  policy: Policy<Settings, Request>,
  payload: unknown,
): Verdict {
  const { request, settings } = Object(payload);
  const read = readSettings(policy, settings);
  if (!read.valid) throw new Error(`invalid settings: ${read.message}`);
  const verdict: unknown = policy.validate(policy.readRequest(request), read.settings);
  if (isVerdict(verdict)) return verdict;
  throw new Error(`validate returned ${returnedName(verdict)}, expected accept(), reject() or mutate()`);
}

function validateSettings<Settings extends GenericSchema, Request>(
  policy: Policy<Settings, Request>,
  payload: string,
): { valid: boolean; message?: string } {
  const read = readSettings(policy, payload === "" ? null : parseJson(payload));
  return read.valid ? { valid: true } : { valid: false, message: read.message };
}

function isVerdict(value: unknown): value is Verdict {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "accepted") === "boolean";
}

function returnedName(value: unknown): string {
  return value instanceof Promise ? "a Promise" : typeName(value);
}

/**
 * The text a host gets for something thrown: the message, behind the name of the error when that tells more than
 * `Error`, with the stack when the policy was built with it.
 */
export function thrownText(thrown: unknown, { stack }: { stack: boolean }): string {
  if (!(thrown instanceof Error)) return String(thrown).toWellFormed();
  const named = thrown.name === "Error" || thrown.name === "HostCallError";
  const text = named ? thrown.message : `${thrown.name}: ${thrown.message}`;
  return (stack && thrown.stack !== undefined ? `${text}\n${thrown.stack}` : text).toWellFormed();
}
