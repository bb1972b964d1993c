import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorReport } from "./error-report.ts";

function failure(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}

describe("errorReport", () => {
  it.each<[string, unknown, string]>([
    ["a message alone", new Error("m"), "Error: m\n"],
    ["something else thrown", "text", "Error: text\n"],
    ["one cause", new Error("m", { cause: new Error("a\nb") }), "Error: m\n\nCaused by:\n    a\n    b\n"],
    [
      "several causes",
      new Error("m", { cause: new Error("a", { cause: new Error("b\nc") }) }),
      "Error: m\n\nCaused by:\n    0: a\n    1: b\n       c\n",
    ],
  ])("kwctl-and-oci 21: reports %s", (_row, error, text) => {
    expect(errorReport(error)).toBe(text);
  });

  it("kwctl-and-oci 44: gives the C library's text for a missing file", () => {
    const error = failure(() => readFileSync("/nowhere/at/all"));
    expect(errorReport(new Error("cannot read", { cause: error }))).toBe(
      "Error: cannot read\n\nCaused by:\n    No such file or directory (os error 2)\n",
    );
  });

  it("ends for a cause that is its own cause", () => {
    const error = new Error("again");
    error.cause = error;
    expect(errorReport(error)).toContain("Error: again");
  });
});
