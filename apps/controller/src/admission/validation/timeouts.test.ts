import { describe, expect, it } from "vitest";
import { fieldErrorText } from "../field-error.ts";
import { memberTimeoutErrors, policyTimeoutErrors } from "./timeouts.ts";

const atMost30 = "cannot be greater than 30 (Kubernetes webhook max timeout)";
const single = "timeoutEvalSeconds";
const sum = "the sum of all members' timeoutEvalSeconds";

describe("controller 16: time limits", () => {
  it.each<[string, (number | undefined)[], number, string[]]>([
    ["that fit", [5, undefined, 5], 10, []],
    [
      "of a member over 30 s",
      [31],
      40,
      [
        `spec.policies[m0].timeoutEvalSeconds: Invalid value: 31: ${single} ${atMost30}`,
        `spec.policies: Invalid value: 31: ${sum} ${atMost30}`,
      ],
    ],
    [
      "of a member over 30 s and over the group's",
      [31],
      10,
      [
        `spec.policies[m0].timeoutEvalSeconds: Invalid value: 31: ${single} ${atMost30}`,
        `spec.policies[m0].timeoutEvalSeconds: Invalid value: 31: ${single} cannot be greater than group timeoutSeconds (10)`,
        `spec.policies: Invalid value: 31: ${sum} cannot be greater than group timeoutSeconds (10)`,
        `spec.policies: Invalid value: 31: ${sum} ${atMost30}`,
      ],
    ],
    ["of members over 30 s together", [16, 15], 31, [`spec.policies: Invalid value: 31: ${sum} ${atMost30}`]],
  ])("of groups: %s", (_row, seconds, timeoutSeconds, expected) => {
    const members = seconds.map((each, index) => [`m${index}`, each] as const);
    expect(memberTimeoutErrors(members, timeoutSeconds).map(fieldErrorText)).toEqual(expected);
  });

  it.each<[number | undefined, number, string[]]>([
    [undefined, 2, []],
    [10, 10, []],
    [
      11,
      10,
      [
        "spec.timeoutEvalSeconds: Invalid value: 11: timeoutEvalSeconds cannot be greater than timeoutSeconds",
      ],
    ],
  ])("of policies: %s within %s", (timeoutEvalSeconds, timeoutSeconds, expected) => {
    expect(policyTimeoutErrors(timeoutEvalSeconds, timeoutSeconds).map(fieldErrorText)).toEqual(expected);
  });
});
