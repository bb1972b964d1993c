import { describe, expect, it } from "vitest";
import { wantsColor } from "./color.ts";

describe("wantsColor", () => {
  it.each([
    ["on a terminal", true, false, {}, true],
    ["with an empty NO_COLOR", true, false, { NO_COLOR: "" }, true],
    ["into a pipe", undefined, false, {}, false],
    ["with the flag", true, true, {}, false],
    ["with NO_COLOR", true, false, { NO_COLOR: "0" }, false],
    ["on a dumb terminal", true, false, { TERM: "dumb" }, false],
  ])("kwctl-and-oci 47: answers %s", (_row, isTTY, noColor, env, expected) => {
    expect(wantsColor({ isTTY }, { noColor, env })).toBe(expected);
  });
});
