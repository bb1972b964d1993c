import { describe, expect, it } from "vitest";
import { osErrorText } from "./os-error.ts";

describe("osErrorText", () => {
  it.each<[string, unknown, string]>([
    [
      "a missing file",
      Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", errno: -2 }),
      "No such file or directory (os error 2)",
    ],
    [
      "a directory",
      Object.assign(new Error("EISDIR"), { code: "EISDIR", errno: -21 }),
      "Is a directory (os error 21)",
    ],
    ["a code without text", Object.assign(new Error("odd"), { code: "EODD", errno: -999 }), "odd"],
    ["a name every object has", Object.assign(new Error("odd"), { code: "toString", errno: -1 }), "odd"],
    ["another error", new Error("plain"), "plain"],
    ["a thrown text", "plain", "plain"],
  ])("reads %s", (_row, error, text) => {
    expect(osErrorText(error)).toBe(text);
  });
});
