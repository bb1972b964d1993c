import { describe, expect, it } from "vitest";
import { checkDefinition } from "./definition-check.ts";
import type { FlagTable } from "./flag.ts";

const flag = { type: "string", description: "" } as const;

describe("checkDefinition", () => {
  it.each<[string, FlagTable, readonly `<${string}>`[] | readonly ["[a]", "<b>"], string]>([
    [
      "a letter used twice",
      { a: { ...flag, short: "x" }, b: { ...flag, short: "x" } },
      [],
      "two flags use the letter -x",
    ],
    [
      "a conflict with nothing",
      { a: { ...flag, conflictsWith: ["b"] } },
      [],
      "--a conflicts with the unknown flag --b",
    ],
    ["arguments after a list", {}, ["<a...>", "<b>"], "only the last argument may take several words"],
    [
      "a required argument after an optional one",
      {},
      ["[a]", "<b>"],
      "a required argument stands after an optional one",
    ],
  ])("refuses %s", (_row, flags, args, message) => {
    expect(() => checkDefinition({ flags, args })).toThrow(
      expect.objectContaining({ name: "CliError", code: "CLI_DEFINITION_INVALID", message }),
    );
  });
});
