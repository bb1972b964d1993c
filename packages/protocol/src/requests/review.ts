import { OPEN_BRACE } from "../json/ascii.ts";
import { keyIndex, knownKeys } from "../json/known-keys.ts";
import type { InnerMembers, MemberRuns } from "../json/scanner.ts";
import { isUtf8 } from "../json/utf8.ts";
import { readRequestMembers } from "./admission-request.ts";
import { scanBody } from "./document.ts";
import { type Finding, reportProblems } from "./problem.ts";
import { rawRequest } from "./raw-request.ts";
import type { ReadOptions, ReadRequest, RequestProblem } from "./read-request.ts";
import {
  isNull,
  memberPlace,
  missingField,
  type Place,
  readString,
  readStrings,
  visitKnown,
  wrongType,
} from "./shape.ts";

const reviewKeys = knownKeys(["apiVersion", "kind", "request"]);
const rawReviewKeys = knownKeys(["request"]);
const batchKeys = knownKeys(["policies"]);

/**
 * Reads the body of `POST /validate` and `/audit`: an AdmissionReview (policy-server 4.2, 4.3). The small members are
 * checked and written anew, `object`, `oldObject` and `options` travel as they came.
 * @param body - UTF-8; the result holds views on it
 * @returns the request, or the status and complete message of the answer that the client gets
 * @example
 * const read = readAdmissionReview(body, { isUtf8 });
 * if (read.kind === "malformed") return errorResponse(read.status, read.message);
 */
export function readAdmissionReview(
  body: Uint8Array,
  options: ReadOptions = {},
): ReadRequest | RequestProblem {
  return reportProblems(body, phrase, () => {
    const inner: InnerMembers & { runs: number[] } = { isKey: isRequestKey, runs: [] };
    const { root, members } = scanBody(body, options.isUtf8 ?? isUtf8, inner);
    if (members === undefined) throw wrongType(root, "struct AdmissionReviewRequest");
    let request: ReadRequest | undefined;
    visitKnown(root, members, reviewKeys, (name, start, end) => {
      const member = memberPlace(root, name, start, end);
      if (name === "request") request = readRequest(member, inner.runs);
      else if (!isNull(body, start)) readString(member);
    });
    if (request === undefined) throw missingField("request", root);
    return request;
  });
}

function isRequestKey(bytes: Uint8Array, keyStart: number, keyEnd: number): boolean {
  return keyIndex(rawReviewKeys, bytes, keyStart, keyEnd) === 0;
}

function readRequest(place: Place, runs: MemberRuns): ReadRequest {
  if (place.bytes[place.start] !== OPEN_BRACE) throw wrongType(place, "struct AdmissionRequest");
  // A second `request` is refused only when its turn comes; its members are no business of the first one.
  const own = runs.findIndex((position) => position > place.end);
  return readRequestMembers(place, own === -1 ? runs : runs.slice(0, own));
}

/**
 * Reads the body of `POST /validate_raw`: `{ "request": <any JSON> }`. The request goes to the guest as it came.
 * @param body - UTF-8; the result holds views on it
 * @returns the request, or the status and complete message of the answer that the client gets
 */
export function readRawReview(body: Uint8Array, options: ReadOptions = {}): ReadRequest | RequestProblem {
  return reportProblems(body, phrase, () => {
    const { root, members } = scanBody(body, options.isUtf8 ?? isUtf8);
    if (members === undefined) throw wrongType(root, "struct RawReviewRequest");
    let request: ReadRequest | undefined;
    visitKnown(root, members, rawReviewKeys, (name, start, end) => {
      request = rawRequest(memberPlace(root, name, start, end));
    });
    if (request === undefined) throw missingField("request", root);
    return request;
  });
}

/** policy-server 4.2. */
const introductions = {
  400: "Failed to parse the request body as JSON",
  422: "Failed to deserialize the JSON body into the target type",
};

/** The policies that a batch is for. */
export interface BatchPolicies {
  readonly kind: "batch";
  readonly policyIds: readonly string[];
}

/**
 * Reads which policies the body of a batch names: `{ "request": …, "policies": ["id", …] }`. Of the request nothing is
 * looked at: it is read again for each of them, as an AdmissionReview.
 * @param body - UTF-8
 */
export function readBatchPolicies(
  body: Uint8Array,
  options: ReadOptions = {},
): BatchPolicies | RequestProblem {
  return reportProblems(body, phrase, () => {
    const { root, members } = scanBody(body, options.isUtf8 ?? isUtf8);
    if (members === undefined) throw wrongType(root, "struct AuditBatch");
    let policyIds: string[] | undefined;
    visitKnown(root, members, batchKeys, (name, start, end) => {
      policyIds = readStrings(memberPlace(root, name, start, end));
    });
    if (policyIds === undefined) throw missingField("policies", root);
    return { kind: "batch" as const, policyIds };
  });
}

function phrase({ status, text, position }: Finding): string {
  return `${introductions[status]}: ${text} at ${position}`;
}
