import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { SettingsValidationResponse, ValidationResponse } from "./guest-answer.ts";

describe("ValidationResponse", () => {
  it.each([
    ["the least", { accepted: true }],
    [
      "null for everything optional",
      {
        accepted: false,
        message: null,
        code: null,
        mutated_object: null,
        audit_annotations: null,
        warnings: null,
      },
    ],
    [
      "every member",
      {
        accepted: false,
        message: "m",
        code: 65535,
        mutated_object: [1],
        audit_annotations: { a: "b" },
        warnings: ["w"],
      },
    ],
    ["unknown members", { accepted: true, more: 1 }],
  ])("policy-runtime 11: accepts %s", (_row, answer) => {
    expect(v.is(ValidationResponse, answer)).toBe(true);
  });

  it.each([
    ["no verdict", {}],
    ["a text for the verdict", { accepted: "true" }],
    ["a code out of range", { accepted: false, code: 70000 }],
    ["a negative code", { accepted: false, code: -1 }],
    ["a list of annotations", { accepted: true, audit_annotations: ["a"] }],
    ["a text for warnings", { accepted: true, warnings: "w" }],
    ["a list", [true]],
  ])("policy-runtime 11: refuses %s", (_row, answer) => {
    expect(v.is(ValidationResponse, answer)).toBe(false);
  });
});

describe("SettingsValidationResponse", () => {
  it.each([
    [{ valid: true }, true],
    [{ valid: false, message: "m" }, true],
    [{ valid: true, message: null }, true],
    [{ message: "m" }, false],
    [{ valid: "true" }, false],
  ])("%j: %s", (answer, accepted) => {
    expect(v.is(SettingsValidationResponse, answer)).toBe(accepted);
  });
});
