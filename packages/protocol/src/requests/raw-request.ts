import { OPEN_BRACE, QUOTE } from "../json/ascii.ts";
import { knownKeys } from "../json/known-keys.ts";
import { scanMembers } from "../json/scanner.ts";
import type { ReadRequest } from "./read-request.ts";
import { memberPlace, type Place, readString, visitKnown } from "./shape.ts";

const keys = knownKeys(["uid"]);

/** A request of any JSON type; nothing of it is known but `uid`, where that is a string. */
export function rawRequest(place: Place): ReadRequest {
  const whole = place.bytes.subarray(place.start, place.end);
  return { kind: "request", uid: readUid(place), facts: undefined, pieces: [whole], object: whole };
}

function readUid(place: Place): string {
  if (place.bytes[place.start] !== OPEN_BRACE) return "";
  const { runs } = scanMembers(place.bytes, place.start);
  let uid = "";
  visitKnown(place, runs, keys, (name, start, end) => {
    if (place.bytes[start] === QUOTE) uid = readString(memberPlace(place, name, start, end));
  });
  return uid;
}
