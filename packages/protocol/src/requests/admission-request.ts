import { knownKeys } from "../json/known-keys.ts";
import type { MemberRuns } from "../json/scanner.ts";
import { readGroupVersionKind, readGroupVersionResource } from "./group-version.ts";
import type { ReadRequest, RequestFacts, UserInfo } from "./read-request.ts";
import {
  isNull,
  memberPlace,
  missingField,
  type Place,
  readBoolean,
  readString,
  visitKnown,
} from "./shape.ts";
import { readUserInfo } from "./user-info.ts";

/** In the order in which a guest gets them, and in which a missing one is looked for. */
const keys = knownKeys([
  "uid",
  "kind",
  "resource",
  "subResource",
  "requestKind",
  "requestResource",
  "requestSubResource",
  "name",
  "namespace",
  "operation",
  "userInfo",
  "object",
  "oldObject",
  "dryRun",
  "options",
]);
type Key = (typeof keys.names)[number];
const required = ["uid", "kind", "resource", "operation", "userInfo"] as const;

/** What was found so far; the three big members as the bytes that came in. */
type Draft = Partial<RequestFacts> & {
  userInfo?: UserInfo;
  object?: Uint8Array;
  oldObject?: Uint8Array;
  options?: Uint8Array;
};
type Complete = Draft & Required<Pick<Draft, (typeof required)[number]>>;

/**
 * Reads the members of an AdmissionRequest (policy-runtime 2.5): unknown ones are dropped, null ones count as absent.
 * @param place - of the request object
 * @param runs - its members
 * @throws {ShapeError}
 */
export function readRequestMembers(place: Place, runs: MemberRuns): ReadRequest {
  const draft: Draft = {};
  visitKnown(place, runs, keys, (name, start, end) => {
    if (isNull(place.bytes, start) && !isRequired(name)) return;
    readMember(draft, name, memberPlace(place, name, start, end));
  });
  if (!isComplete(draft)) {
    const missing = required.find((name) => draft[name] === undefined);
    throw missingField(String(missing), place);
  }
  const { userInfo: _, object, oldObject: __, options: ___, ...facts } = draft;
  return { kind: "request", uid: draft.uid, facts, pieces: encode(draft), object };
}

function readMember(draft: Draft, name: Key, member: Place): void {
  switch (name) {
    case "uid":
    case "operation":
    case "subResource":
    case "requestSubResource":
    case "name":
    case "namespace":
      draft[name] = readString(member);
      break;
    case "kind":
    case "requestKind":
      draft[name] = readGroupVersionKind(member);
      break;
    case "resource":
    case "requestResource":
      draft[name] = readGroupVersionResource(member);
      break;
    case "userInfo":
      draft.userInfo = readUserInfo(member);
      break;
    case "dryRun":
      draft.dryRun = readBoolean(member);
      break;
    case "object":
    case "oldObject":
    case "options":
      draft[name] = member.bytes.subarray(member.start, member.end);
      break;
  }
}

function isRequired(name: Key): boolean {
  return required.some((candidate) => candidate === name);
}

function isComplete(draft: Draft): draft is Complete {
  return required.every((name) => draft[name] !== undefined);
}

const encoder = new TextEncoder();
const beforeOldObject = encoder.encode(',"oldObject":');
const beforeOptions = encoder.encode(',"options":');
const closing = encoder.encode("}");

/** The small members written anew, the big ones as they came. */
function encode(draft: Complete): Uint8Array[] {
  const { object, oldObject, options } = draft;
  const small = JSON.stringify({
    uid: draft.uid,
    kind: draft.kind,
    resource: draft.resource,
    subResource: draft.subResource,
    requestKind: draft.requestKind,
    requestResource: draft.requestResource,
    requestSubResource: draft.requestSubResource,
    name: draft.name,
    namespace: draft.namespace,
    operation: draft.operation,
    userInfo: draft.userInfo,
    dryRun: draft.dryRun,
  }).slice(0, -1);
  const pieces: Uint8Array[] = [encoder.encode(object === undefined ? small : `${small},"object":`)];
  if (object !== undefined) pieces.push(object);
  if (oldObject !== undefined) pieces.push(beforeOldObject, oldObject);
  if (options !== undefined) pieces.push(beforeOptions, options);
  pieces.push(closing);
  return pieces;
}
