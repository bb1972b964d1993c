import { describe, expect, it } from "vitest";
import { accept, mutate, reject } from "./verdict.ts";

describe("verdicts", () => {
  it.each([
    ["accept", accept(), { accepted: true }],
    ["accept with notes", accept({ warnings: ["w"] }), { accepted: true, warnings: ["w"] }],
    ["reject", reject("no"), { accepted: false, message: "no" }],
    [
      "reject with all there is",
      reject("no", { code: 599, warnings: [], auditAnnotations: { a: "b" } }),
      { accepted: false, message: "no", code: 599, warnings: [], audit_annotations: { a: "b" } },
    ],
    [
      "mutate",
      mutate({ a: 1 }, { warnings: ["w"] }),
      { accepted: true, mutated_object: { a: 1 }, warnings: ["w"] },
    ],
  ])("%s", (_row, verdict, expected) => {
    expect(verdict).toEqual(expected);
  });

  it.each([399, 600, 400.5, Number.NaN])("refuses the code %d", (code) => {
    expect(() => reject("no", { code })).toThrow(`reject expects a code from 400 to 599, got ${code}`);
  });

  it("refuses a message that is no text", () => {
    expect(() => Reflect.apply(reject, undefined, [new Error("x")])).toThrow(
      "reject expects a message, got object",
    );
  });
});
