// Importing this module registers the matchers with vitest.
import { expect } from "vitest";
import { stringifyJson } from "../guest/lossless-json.ts";
import { formatPath, type ObjectPath, valueAt } from "./object-path.ts";
import type { Outcome } from "./outcome.ts";

declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** The policy lets the request pass. */
    toBeAccepted(): R;
    /** The policy refuses the request, with this text and this code where they are given. */
    toBeRejected(message?: string | RegExp, code?: number): R;
    /**
     * The policy lets the request pass, with this value at this path of the object; `undefined` for nothing there.
     * @example expect(run(policy, { object })).toMutate("spec.containers[0].image", "nginx:1")
     */
    toMutate(path: ObjectPath, value: unknown): R;
  }
}

expect.extend({
  toBeAccepted(outcome: Outcome) {
    const found = shown(outcome);
    return {
      pass: outcome.accepted,
      message: () => `expected the request ${this.isNot ? "not " : ""}to be accepted, got ${found}`,
    };
  },

  toBeRejected(outcome: Outcome, message?: string | RegExp, code?: number) {
    const pass =
      !outcome.accepted && hasText(outcome, message) && (code === undefined || outcome.code === code);
    const wanted = [
      message === undefined ? "" : ` with ${message}`,
      code === undefined ? "" : ` and code ${code}`,
    ];
    const found = shown(outcome);
    return {
      pass,
      message: () =>
        `expected the request ${this.isNot ? "not " : ""}to be rejected${wanted.join("")}, got ${found}`,
      actual: outcome,
    };
  },

  toMutate(outcome: Outcome, path: ObjectPath, value: unknown) {
    const mutated = outcome.accepted && outcome.mutatedObject !== undefined;
    const found = valueAt(outcome.mutatedObject, path);
    const got = mutated ? shown(found) : shown(outcome);
    return {
      pass: mutated && this.equals(found, value),
      message: () =>
        `expected ${formatPath(path)} ${this.isNot ? "not " : ""}to become ${shown(value)}, got ${got}`,
      actual: found,
      expected: value,
    };
  },
});

function hasText({ message = "" }: Outcome, wanted: string | RegExp | undefined): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === "string" ? message === wanted : wanted.test(message);
}

function shown(value: unknown): string {
  return value === undefined ? "undefined" : stringifyJson(value);
}
