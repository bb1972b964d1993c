import { describe, expect, it } from "vitest";
import { errorText } from "./errors.ts";

/** An error for each message, the next one the cause of the one before. */
function chain(...messages: string[]): Error | undefined {
  return messages.reduceRight<Error | undefined>(
    (cause, message) => new Error(message, { cause }),
    undefined,
  );
}

describe("errorText", () => {
  it.each([
    ["a message", chain("no such file"), "no such file"],
    [
      "causes",
      chain("cannot read x", "cannot open it", "no such file"),
      "cannot read x: cannot open it: no such file",
    ],
    [
      "a cause that was told already",
      chain("cannot read x: bad JSON", "bad JSON", "bad JSON"),
      "cannot read x: bad JSON",
    ],
    ["a cause without words", chain("cannot read x", ""), "cannot read x"],
    ["what is no error", "torn", "torn"],
    ["a cause that is no error", new Error("cannot read x", { cause: 5 }), "cannot read x: 5"],
    ["nothing", undefined, ""],
  ])("tells %s", (_what, thrown, text) => {
    expect(errorText(thrown)).toBe(text);
  });

  it("ends, whatever the causes are", () => {
    const error = new Error("round and round");
    error.cause = new Error("it goes", { cause: error });
    expect(errorText(error).split(": ")).toHaveLength(8);
  });
});
