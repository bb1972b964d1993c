import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { requires, sharedDataFolder } from "../../../../tests/support/requirements.ts";
import { parseLossless } from "../json/lossless-reader.ts";
import { losslessEquals } from "../json/lossless-value.ts";
import { readAdmissionReview, readRawReview } from "./review.ts";

const { skip } = requires("shared-data");
const recording = join(sharedDataFolder, "policy-server/cases.json");

const Answer = v.object({ status: v.number(), json: v.optional(v.unknown()), text: v.optional(v.string()) });
const Case = v.object({
  id: v.string(),
  request: v.object({
    path: v.string(),
    body: v.optional(v.string()),
    bodyBase64: v.optional(v.string()),
    bodyPrefix: v.optional(v.string(), ""),
    bodyFill: v.optional(v.string(), ""),
    bodyFillCount: v.optional(v.number(), 0),
    bodySuffix: v.optional(v.string(), ""),
  }),
  response: v.optional(Answer),
  anyOf: v.optional(v.array(Answer)),
});
type Case = v.InferOutput<typeof Case>;
type Answer = v.InferOutput<typeof Answer>;

/** The body is refused earlier, or another way, than upstream does it. */
const statusDifferences = new Map<string, readonly [status: number, reason: string]>([
  ["body-trailing-comma", [400, "the whole body is checked before its shape"]],
  [
    "body-list-too-long",
    [422, "a list where an object is expected is a matter of shape; upstream reads it by position"],
  ],
  ["raw-body-list-two", [422, "as above"]],
  ["body-list-positional", [422, "as above"]],
  ["body-list-positional-nulls", [422, "as above"]],
  ["request-kind-as-list", [422, "as above"]],
  ["raw-mutation-body-list", [422, "as above"]],
  ["raw-body-list-object", [422, "as above"]],
  ["body-deep-200", [200, "nesting is followed to 512 levels, upstream stops at 127"]],
]);

const messageDifferences = new Map([
  ["body-empty-list", "lists are never read by position, so their length does not matter"],
  ["body-request-list", "as above"],
  ["request-kind-as-short-list", "as above"],
  ["raw-body-list-empty", "as above"],
]);

const guestDifferences = new Map([
  [
    "echo-number-float-int-range",
    "the guest reads 9007199254740993.0 itself; upstream rounds it one step too high",
  ],
]);

describe.skipIf(skip)("recorded answers of policy-server", () => {
  const cases = skip ? [] : recordedCases();

  it.each(cases)("policy-server 13, 14: $id has the recorded status", ({ id, request, answer }) => {
    const [status] = statusDifferences.get(id) ?? [answer.status];
    const result = read(request);
    expect(result.kind === "malformed" ? result.status : 200).toBe(status);
  });

  const refused = cases.filter(({ id, answer }) => answer.status !== 200 && !statusDifferences.has(id));
  it.each(refused)("policy-server 13, 14: $id has the recorded message", ({ id, request, answer }) => {
    const result = read(request);
    const message = result.kind === "malformed" ? result.message : undefined;
    expect(message === messageOf(answer)).toBe(!messageDifferences.has(id));
    if (!messageDifferences.has(id)) expect(message).toBe(messageOf(answer));
  });

  const echoed = cases.filter(({ answer }) => echoOf(answer) !== undefined);
  it.each(echoed)("policy-server 15, policy-runtime 23: $id reaches the guest as recorded", (row) => {
    const result = read(row.request);
    if (result.kind === "malformed") throw new Error(result.message);
    const guestSees = parseLossless(Buffer.concat(result.pieces));
    const same = losslessEquals(guestSees, parseLossless(echoOf(row.answer) ?? ""));
    expect(same).toBe(!guestDifferences.has(row.id));
  });

  it("names no difference that is not in the recording", () => {
    const ids = new Set(cases.map(({ id }) => id));
    const named = [...statusDifferences.keys(), ...messageDifferences.keys(), ...guestDifferences.keys()];
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
    expect(echoed.length).toBeGreaterThan(20);
  });
});

function recordedCases(): (Case & { answer: Answer })[] {
  const { cases } = v.parse(v.object({ cases: v.array(Case) }), JSON.parse(readFileSync(recording, "utf8")));
  return cases.flatMap((row) => {
    const answer = row.response ?? row.anyOf?.[0];
    return answer !== undefined && concernsBody(row.request.path, answer) ? [{ ...row, answer }] : [];
  });
}

function concernsBody(path: string, answer: Answer): boolean {
  const isReview = /^\/(validate|audit|validate_raw)\//.test(path);
  return isReview && [200, 400, 422].includes(answer.status) && !messageOf(answer)?.startsWith("Invalid URL");
}

function read({ path, ...request }: Case["request"]) {
  const body = bodyOf(request);
  return path.startsWith("/validate_raw/") ? readRawReview(body) : readAdmissionReview(body);
}

function bodyOf({ body, bodyBase64, ...parts }: Omit<Case["request"], "path">): Uint8Array {
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, "base64");
  return Buffer.from(
    body ?? parts.bodyPrefix + parts.bodyFill.repeat(parts.bodyFillCount) + parts.bodySuffix,
  );
}

function messageOf({ json, text }: Answer): string | undefined {
  const result = v.safeParse(v.object({ message: v.string() }), json);
  return result.success ? result.output.message : text;
}

/** The `echo` policy answers with the request that it got. */
function echoOf({ json }: Answer): string | undefined {
  const Echo = v.object({
    response: v.object({
      status: v.object({ message: v.pipe(v.string(), v.startsWith("{")), code: v.literal(418) }),
    }),
  });
  const result = v.safeParse(Echo, json);
  return result.success ? result.output.response.status.message : undefined;
}
