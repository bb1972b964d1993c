import { type KnownKeys, knownKeys } from "../json/known-keys.ts";
import type { GroupVersionKind, GroupVersionResource } from "./read-request.ts";
import { memberPlace, membersOf, missingField, type Place, readString, visitKnown } from "./shape.ts";

const kindKeys = knownKeys(["group", "version", "kind"]);
const resourceKeys = knownKeys(["group", "version", "resource"]);

export function readGroupVersionKind(place: Place): GroupVersionKind {
  const { group, version, kind } = readNames(place, kindKeys, "struct GroupVersionKind");
  return { group, version, kind };
}

export function readGroupVersionResource(place: Place): GroupVersionResource {
  const { group, version, resource } = readNames(place, resourceKeys, "struct GroupVersionResource");
  return { group, version, resource };
}

/** Strings under the given names, all required. */
function readNames<Name extends string>(
  place: Place,
  keys: KnownKeys<Name>,
  expected: string,
): Record<Name, string> {
  const found: Partial<Record<Name, string>> = {};
  visitKnown(place, membersOf(place, expected), keys, (name, start, end) => {
    found[name] = readString(memberPlace(place, name, start, end));
  });
  if (isComplete(found, keys)) return found;
  const missing = keys.names.find((name) => found[name] === undefined);
  throw missingField(String(missing), place);
}

function isComplete<Name extends string>(
  found: Partial<Record<Name, string>>,
  keys: KnownKeys<Name>,
): found is Record<Name, string> {
  return keys.names.every((name) => found[name] !== undefined);
}
