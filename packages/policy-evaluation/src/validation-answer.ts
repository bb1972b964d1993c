import {
  hasLoneSurrogate,
  type MemberRuns,
  ProtocolError,
  scanEnd,
  scanMembers,
  skipWhitespace,
  ValidationResponse,
} from "@kubewarden-ts/protocol";
import { checkGuestJson, loneSurrogate, type ReadGuestJson } from "./guest-json.ts";

/** What a policy said about a request; `mutatedObject` is JSON as it came, with every number intact. */
export interface ValidationAnswer {
  readonly verdict: Omit<ValidationResponse, "mutated_object">;
  readonly mutatedObject: Uint8Array | undefined;
}

const MUTATED_OBJECT = "mutated_object";
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads the ValidationResponse of a guest (policy-runtime 2.5). The small members are decoded, the object only cut
 * out. A member that stands twice makes the answer unreadable.
 */
export function readValidationAnswer(answer: Uint8Array): ReadGuestJson<ValidationAnswer> {
  const members = cutMembers(answer);
  return members.kind === "unreadable" ? members : checkMembers(members.value);
}

function checkMembers(members: Map<string, Uint8Array>): ReadGuestJson<ValidationAnswer> {
  const mutated = members.get(MUTATED_OBJECT);
  members.delete(MUTATED_OBJECT);
  const small = Object.fromEntries(Array.from(members, ([key, bytes]) => [key, decodeMember(key, bytes)]));
  const read = checkGuestJson(ValidationResponse, small);
  if (read.kind === "unreadable") return read;
  const mutatedObject = mutated === undefined || isNull(mutated) ? undefined : mutated;
  return { kind: "value", value: { verdict: read.value, mutatedObject } };
}

function cutMembers(answer: Uint8Array): ReadGuestJson<Map<string, Uint8Array>> {
  const members = new Map<string, Uint8Array>();
  const runs = scan(answer);
  if (runs.kind === "unreadable") return runs;
  for (let run = 0; run < runs.value.length; run += 4) {
    const [keyStart = 0, keyEnd = 0, start = 0, end = 0] = runs.value.slice(run, run + 4);
    const key = decodeJson(answer.subarray(keyStart - 1, keyEnd + 1));
    if (typeof key !== "string" || !Object.hasOwn(ValidationResponse.entries, key)) continue;
    if (members.has(key)) return { kind: "unreadable", detail: `duplicate field \`${key}\`` };
    members.set(key, answer.subarray(start, end));
  }
  return { kind: "value", value: members };
}

function scan(answer: Uint8Array): ReadGuestJson<MemberRuns> {
  try {
    // Decoded as a whole, so that bytes that are no text are found wherever they stand.
    const text = decoder.decode(answer);
    if (hasLoneSurrogate(text)) return { kind: "unreadable", detail: loneSurrogate };
    const { runs, end } = scanMembers(answer, skipWhitespace(answer, 0));
    scanEnd(answer, end);
    return { kind: "value", value: runs };
  } catch (error) {
    if (!(error instanceof ProtocolError || error instanceof TypeError)) throw error;
    return { kind: "unreadable", detail: error.message };
  }
}

/** `403.0` is no whole number to policies, whatever JavaScript makes of it: the schema refuses its text. */
function decodeMember(key: string, bytes: Uint8Array): unknown {
  const value = decodeJson(bytes);
  if (key !== "code" || typeof value !== "number") return value;
  const text = decoder.decode(bytes);
  return /^\d+$/.test(text) ? value : text;
}

function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(decoder.decode(bytes));
}

function isNull(bytes: Uint8Array): boolean {
  return bytes[0] === "n".charCodeAt(0);
}
