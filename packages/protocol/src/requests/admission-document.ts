import { OPEN_BRACE, QUOTE } from "../json/ascii.ts";
import { knownKeys } from "../json/known-keys.ts";
import { type MemberRuns, scanMembers } from "../json/scanner.ts";
import { decodeJsonString } from "../json/text.ts";
import { isUtf8 } from "../json/utf8.ts";
import { readRequestMembers } from "./admission-request.ts";
import { scanBody } from "./document.ts";
import { type Finding, reportProblems } from "./problem.ts";
import { rawRequest } from "./raw-request.ts";
import type { ReadOptions, ReadRequest, RequestProblem } from "./read-request.ts";
import { type Place, visitKnown } from "./shape.ts";

const documentKeys = knownKeys(["kind", "request"]);

/**
 * Reads a request file of `kwctl run`: an AdmissionReview, of which the request counts, or a bare AdmissionRequest
 * (kwctl-and-oci 8.1).
 * @returns the request, or a problem whose message stands for itself
 */
export function readAdmissionRequest(
  body: Uint8Array,
  options: ReadOptions = {},
): ReadRequest | RequestProblem {
  return reportProblems(body, phrase, () => {
    const { root, members } = scanBody(body, options.isUtf8 ?? isUtf8);
    if (members === undefined) return wrongShape("Invalid request object");
    const review = findReview(root, members);
    if (review === undefined) return readRequestMembers(root, members);
    if (review.request === undefined) return wrongShape("invalid AdmissionReview object");
    const { start, end } = review.request;
    if (body[start] !== OPEN_BRACE) return wrongShape("Invalid request object");
    return readRequestMembers({ bytes: body, start, end, path: "" }, scanMembers(body, start).runs);
  });
}

/** Reads a request file of `kwctl run` for a raw policy: any JSON document, which goes to the guest as it came. */
export function readRawRequest(body: Uint8Array, options: ReadOptions = {}): ReadRequest | RequestProblem {
  return reportProblems(body, phrase, () => rawRequest(scanBody(body, options.isUtf8 ?? isUtf8).root));
}

/** `undefined` when the document does not call itself an AdmissionReview. */
function findReview(
  root: Place,
  members: MemberRuns,
): { request?: { start: number; end: number } } | undefined {
  let isReview = false;
  const review: { request?: { start: number; end: number } } = {};
  visitKnown(root, members, documentKeys, (name, start, end) => {
    if (name === "request") review.request = { start, end };
    else isReview = decodeKind(root.bytes, start, end) === "AdmissionReview";
  });
  return isReview ? review : undefined;
}

/** The `kind` of a bare AdmissionRequest is an object. */
function decodeKind(bytes: Uint8Array, start: number, end: number): string | undefined {
  return bytes[start] === QUOTE ? decodeJsonString(bytes, start + 1, end - 1) : undefined;
}

function phrase({ status, text, position }: Finding): string {
  if (status === 400) return `Invalid request object: ${text} at ${position}`;
  return `cannot build AdmissionRequest object from given input: ${text}`;
}

function wrongShape(message: string): RequestProblem {
  return { kind: "malformed", status: 422, message };
}
