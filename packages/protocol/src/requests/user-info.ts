import { CLOSE_BRACKET, COMMA, OPEN_BRACKET } from "../json/ascii.ts";
import { knownKeys } from "../json/known-keys.ts";
import { skipValue, skipWhitespace } from "../json/scanner.ts";
import type { UserInfo } from "./read-request.ts";
import { isNull, memberPlace, membersOf, type Place, readString, visitKnown, wrongType } from "./shape.ts";

const keys = knownKeys(["username", "uid", "groups", "extra"]);

/** `userInfo` of an AdmissionRequest; every member is optional. */
export function readUserInfo(place: Place): UserInfo {
  const userInfo: UserInfo = {};
  visitKnown(place, membersOf(place, "UserInfo"), keys, (name, start, end) => {
    if (isNull(place.bytes, start)) return;
    const member = memberPlace(place, name, start, end);
    switch (name) {
      case "username":
      case "uid":
        userInfo[name] = readString(member);
        break;
      case "groups":
        userInfo.groups = readStrings(member);
        break;
      case "extra":
        userInfo.extra = readExtra(member);
        break;
    }
  });
  return userInfo;
}

/** No prototype, so that `__proto__` is a key like any other; where a key stands twice, the later list counts. */
function readExtra(place: Place): Record<string, string[]> {
  const { bytes, path } = place;
  const extra: Record<string, string[]> = Object.create(null);
  const runs = membersOf(place, "a map");
  for (let run = 0; run < runs.length; run += 4) {
    const key = readString({ bytes, start: runs[run]! - 1, end: runs[run + 1]! + 1, path: `${path}.?` });
    extra[key] = readStrings(memberPlace(place, key, runs[run + 2]!, runs[run + 3]!));
  }
  return extra;
}

function readStrings(place: Place): string[] {
  const { bytes, path } = place;
  if (bytes[place.start] !== OPEN_BRACKET) throw wrongType(place, "a sequence");
  const texts: string[] = [];
  let start = skipWhitespace(bytes, place.start + 1);
  while (bytes[start] !== CLOSE_BRACKET) {
    const end = skipValue(bytes, start, 0);
    texts.push(readString({ bytes, start, end, path: `${path}[${texts.length}]` }));
    start = skipWhitespace(bytes, end);
    if (bytes[start] === COMMA) start = skipWhitespace(bytes, start + 1);
  }
  return texts;
}
