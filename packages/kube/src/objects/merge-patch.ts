import { isRawNumber } from "../json/exact-numbers.ts";
import { isJsonObject, type JsonObject } from "./json-value.ts";
import { canonicalQuantity } from "./quantity.ts";

/** Members that are maps from any text: an empty text is a value there, and an empty map is stored as nothing. */
const maps = new Set(["annotations", "data", "labels", "limits", "matchLabels", "nodeSelector", "requests"]);
/** Maps to quantities: the same amount is the same value. */
const quantityMaps = new Set(["limits", "requests"]);

/**
 * The JSON merge patch (RFC 7386) that makes `current` equal to `wanted`: what only `current` has goes, lists are
 * replaced whole. What the API server does not store is the same as nothing: `null`, an empty list, an empty text (but
 * in a map, such as labels), an empty map.
 * @param key - of the member that the two are
 * @returns `undefined` when there is no difference
 */
export function mergePatchBetween(current: JsonObject, wanted: JsonObject, key = ""): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const member of membersOf(current, wanted)) {
    const from = current[member];
    const to = wanted[member];
    if (sameMember(from, to, member, key)) continue;
    if (isNothing(to, member, key)) patch[member] = null;
    else if (isJsonObject(from) && isJsonObject(to)) patch[member] = mergePatchBetween(from, to, member);
    else patch[member] = to;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Whether two values are stored alike. @param key - of the member that they are */
export function sameJson(left: unknown, right: unknown, key = ""): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((element, index) => sameJson(element, right[index]));
  }
  if (isRawNumber(left)) return isRawNumber(right) && left.rawJSON === right.rawJSON;
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  return membersOf(left, right).every((member) => sameMember(left[member], right[member], member, key));
}

/** @param key - of the object whose members they are */
function sameMember(left: unknown, right: unknown, member: string, key: string): boolean {
  const [noLeft, noRight] = [isNothing(left, member, key), isNothing(right, member, key)];
  if (noLeft || noRight) return noLeft && noRight;
  const amount = quantityMaps.has(key) ? canonicalQuantity(left) : undefined;
  return amount === undefined ? sameJson(left, right, member) : amount === canonicalQuantity(right);
}

function isNothing(value: unknown, member: string, key: string): boolean {
  if (value === undefined || value === null) return true;
  if (value === "") return !maps.has(key);
  if (Array.isArray(value)) return value.length === 0;
  if (!maps.has(member) || !isJsonObject(value)) return false;
  return Object.entries(value).every(([name, inner]) => isNothing(inner, name, member));
}

function membersOf(left: JsonObject, right: JsonObject): string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])];
}
