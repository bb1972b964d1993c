import { errorText, silentLogger } from "@kubewarden-ts/base";
import { createDispatcher, parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import { JsonObject } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import type { GuestCall } from "./fake-host.ts";

/** Does what a call asks for, at once: JSON text of the answer. */
export type Deed = (path: string, input: unknown) => string;

/**
 * Passes a call through the checks of the real host, which also read its payload, and does it. A policy under test may
 * use every capability, and read every resource that it asks for.
 * @throws {Error} with the text that the guest gets
 */
export function checkedCall({ namespace, operation, payload }: GuestCall, deed: Deed): string {
  const outcomes: Outcome[] = [];
  const dispatcher = createDispatcher({
    policyId: "policy under test",
    grants: parseCapabilityPatterns(["*"]),
    contextAwareResources: resourceIn(payload),
    namespaced: false,
    log: silentLogger,
    // Called before the dispatcher waits for anything, so an outcome is there when it returns.
    async serve(path, input) {
      outcomes.push(attempt(() => deed(path, input)));
      return {};
    },
  });
  const bytes = new TextEncoder().encode(payload);
  const call = { binding: "kubewarden", namespace, operation, payload: bytes };
  Promise.resolve(dispatcher.call(call)).catch(() => {});
  const [outcome] = outcomes;
  if (outcome?.ok) return outcome.answer;
  throw new Error(`${failurePrefix}${errorText(outcome?.error)}`);
}

/** What a host says before why a deed failed. */
export const failurePrefix = "Callback evaluation failure: ";

type Outcome =
  | { readonly ok: true; readonly answer: string }
  | { readonly ok: false; readonly error: unknown };

function attempt(deed: () => string): Outcome {
  try {
    return { ok: true, answer: deed() };
  } catch (error) {
    return { ok: false, error };
  }
}

function resourceIn(payload: string): { apiVersion: string; kind: string }[] {
  const read = v.safeParse(JsonObject, JSON.parse(payload));
  if (!read.success) return [];
  const { api_version: apiVersion, kind } = read.output;
  return typeof apiVersion === "string" && typeof kind === "string" ? [{ apiVersion, kind }] : [];
}
