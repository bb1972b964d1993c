import { printableLine } from "@kubewarden-ts/base";
import { applyConstraints } from "@kubewarden-ts/policy-evaluation";
import {
  type AdmissionResponse,
  applyPatch,
  type LosslessValue,
  losslessEquals,
  type PatchOperation,
  parseLossless,
  stringifyLossless,
} from "@kubewarden-ts/protocol";
import { matchInTime } from "./match-in-time.ts";
import type { ExpectedMessage, ExpectedResponse } from "./suite-file.ts";

/** What was expected, with objects of files in place of their paths. */
export interface ResponseExpectation extends Omit<ExpectedResponse, "mutatedObject"> {
  readonly mutatedObject?: LosslessValue | undefined;
}

/** What a policy said, and what becomes of it. */
export interface Verdict {
  /** In protect mode, as all the rest of the policy's configuration has it. */
  readonly verdict: AdmissionResponse;
  readonly policyMode: "protect" | "monitor";
}

/**
 * Compares an answer with what was expected of it. A mutation that nobody expects is a fault, and so is a policy that could not be
 * evaluated, which is a rejection too, or in monitor mode an acceptance.
 * @param object - what a patch is applied to
 * @returns one line for each difference; none when the answer is as expected
 */
export function checkVerdict(
  { verdict, policyMode }: Verdict,
  expected: ResponseExpectation,
  object: LosslessValue,
): string[] {
  if (!verdict.allowed && verdict.status?.code === 500 && expected.code !== 500) {
    return [`the policy could not be evaluated: ${verdict.status.message ?? "it did not say why"}`];
  }
  const response =
    policyMode === "monitor" ? applyConstraints("", { policyMode }, verdict).response : verdict;
  const { allowed, status } = response;
  return [
    ...difference("allowed", expected.allowed, allowed, withMessage(allowed, status?.message)),
    ...messageProblems(expected.message, status?.message),
    ...(expected.code === undefined ? [] : difference("code", expected.code, status?.code)),
    ...(expected.warnings === undefined
      ? []
      : difference("warnings", expected.warnings, response.warnings ?? [])),
    ...patchProblems(response, expected, object),
  ];
}

function withMessage(allowed: boolean, message: string | undefined): string {
  return allowed || message === undefined ? "" : ` (${message})`;
}

/** @param message - `undefined` when the answer has none */
export function messageProblems(
  expected: ExpectedMessage | undefined,
  message: string | undefined,
): string[] {
  if (expected === undefined) return [];
  if (typeof expected === "string") return difference("message", expected, message);
  if ("matches" in expected) return matchProblems(expected.matches, message);
  if (message?.includes(expected.contains)) return [];
  return [`message: expected a text with ${shown(expected.contains)}, received ${shown(message)}`];
}

function matchProblems(pattern: string, message: string | undefined): string[] {
  const answer = message === undefined ? "no-match" : matchInTime(pattern, message);
  switch (answer) {
    case "match":
      return [];
    case "no-match":
      return [`message: expected a match of ${shown(pattern)}, received ${shown(message)}`];
    case "timed-out": {
      const remedy = "avoid repetitions inside of repetitions, or use contains";
      return [`message: the search for a match of ${shown(pattern)} takes too long: ${remedy}`];
    }
  }
}

function patchProblems(
  { patch: encoded }: AdmissionResponse,
  { patch, mutatedObject }: ResponseExpectation,
  object: LosslessValue,
): string[] {
  const received = encoded === undefined ? [] : parseLossless(Buffer.from(encoded, "base64"));
  const problems: string[] = [];
  if (patch !== undefined && !losslessEquals(patch, received)) {
    problems.push(`patch: expected ${brief(patch)}, received ${brief(received)}`);
  }
  if (mutatedObject !== undefined) {
    const mutated = mutate(object, received);
    if (!losslessEquals(mutatedObject, mutated)) problems.push(...objectDifferences(mutatedObject, mutated));
  }
  if (patch === undefined && mutatedObject === undefined && encoded !== undefined) {
    problems.push(`expected no mutation, received the patch ${brief(received)}`);
  }
  return problems;
}

function mutate(object: LosslessValue, patch: LosslessValue): LosslessValue {
  const operations = Array.isArray(patch) ? patch.flatMap(operationOf) : [];
  return applyPatch(object, operations);
}

/** Hosts make patches of these operations only. */
function operationOf(value: LosslessValue): PatchOperation[] {
  if (!(value instanceof Map)) return [];
  const [op, path, operand = null] = [value.get("op"), value.get("path"), value.get("value")];
  if (typeof path !== "string") return [];
  if (op === "remove") return [{ op, path }];
  return op === "add" || op === "replace" ? [{ op, path, value: operand }] : [];
}

const maxDifferences = 10;

function objectDifferences(expected: LosslessValue, received: LosslessValue): string[] {
  const found = [...differences(expected, received, "mutatedObject")];
  const more = found.length - maxDifferences;
  return [...found.slice(0, maxDifferences), ...(more > 0 ? [`and ${more} more differences`] : [])];
}

function* differences(
  expected: LosslessValue | undefined,
  received: LosslessValue | undefined,
  path: string,
): Iterable<string> {
  if (expected instanceof Map && received instanceof Map) {
    for (const key of new Set([...expected.keys(), ...received.keys()])) {
      yield* differences(expected.get(key), received.get(key), `${path}.${key}`);
    }
  } else if (Array.isArray(expected) && Array.isArray(received)) {
    for (let index = 0; index < Math.max(expected.length, received.length); index++) {
      yield* differences(expected[index], received[index], `${path}[${index}]`);
    }
  } else if (expected === undefined || received === undefined || !losslessEquals(expected, received)) {
    yield `${path}: expected ${briefOrNothing(expected)}, received ${briefOrNothing(received)}`;
  }
}

function difference(field: string, expected: unknown, received: unknown, more = ""): string[] {
  if (JSON.stringify(expected) === JSON.stringify(received)) return [];
  return [`${field}: expected ${shown(expected)}, received ${shown(received)}${more}`];
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function briefOrNothing(value: LosslessValue | undefined): string {
  return value === undefined ? "nothing" : brief(value);
}

const maxShown = 300;

function brief(value: LosslessValue): string {
  const text = stringifyLossless(value);
  return printableLine(text.length > maxShown ? `${text.slice(0, maxShown)}…` : text);
}
