import type { GuestProtocol } from "@kubewarden-ts/policy-runtime";
import { SettingsValidationResponse } from "@kubewarden-ts/protocol";
import { readGuestJson } from "./guest-json.ts";

/** The protocols in which a policy is asked in Kubewarden's own way. */
export type KubewardenProtocol = Exclude<GuestProtocol, "rego">;

/**
 * Reads a policy's answer to the question whether its settings are valid (policy-runtime 2.5, 2.7, 3).
 * @returns what is wrong with the settings, `undefined` when they are valid; an answer that cannot be read counts as
 * invalid settings
 */
export function readSettingsAnswer(answer: Uint8Array, protocol: KubewardenProtocol): string | undefined {
  const read = readGuestJson(SettingsValidationResponse, answer);
  if (read.kind === "value") return read.value.valid ? undefined : (read.value.message ?? "no message");
  const prefix = protocol === "wapc" ? "error" : "Cannot deserialize settings validation response";
  return `${prefix}: ${read.detail}`;
}

/**
 * What is wrong with settings when the policy could not be asked.
 * @param text - how the call ended: the guest's error, a trap
 */
export function settingsCallFailure(text: string, protocol: KubewardenProtocol): string {
  return protocol === "wapc" ? `Error invoking settings validation callback: ${text}` : text;
}

/** How invalid settings are reported, at start and to whoever sends requests (policy-server 3). */
export function invalidSettings(problem: string): string {
  return `Policy settings are invalid: ${problem}`;
}
