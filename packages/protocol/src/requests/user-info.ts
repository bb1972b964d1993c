import { knownKeys } from "../json/known-keys.ts";
import type { UserInfo } from "./read-request.ts";
import { isNull, memberPlace, membersOf, type Place, readString, readStrings, visitKnown } from "./shape.ts";

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
