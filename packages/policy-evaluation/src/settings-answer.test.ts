import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invalidSettings, readSettingsAnswer, settingsCallFailure } from "./settings-answer.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("readSettingsAnswer", () => {
  it.each([
    ['{"valid":true}', undefined],
    ['{"valid":true,"message":"ignored"}', undefined],
    ['{"valid":false,"message":"name is missing"}', "name is missing"],
    ['{"valid":false,"message":""}', ""],
    ['{"valid":false,"message":null}', "no message"],
    [' {"valid":false,"other":1} \n', "no message"],
  ])("policy-runtime 26: reads %s", (answer, problem) => {
    expect(readSettingsAnswer(bytes(answer), "wapc")).toBe(problem);
  });

  it.each([
    ["{}", "valid: expected a value, received nothing"],
    ['{"valid":"true"}', 'valid: expected boolean, received "true"'],
    ['{"valid":true,"message":5}', "message: expected string, received 5"],
    ["null", "expected Object, received null"],
    ['{"valid":false,"valid":true}', "duplicate field `valid`"],
    ['{"valid":false,"v\\u0061lid":true}', "duplicate field `valid`"],
    ['{"valid":true,"message":"\\ud800"}', "lone surrogate in a string"],
  ])("counts %s as invalid settings", (answer, detail) => {
    expect(readSettingsAnswer(bytes(answer), "wapc")).toBe(`error: ${detail}`);
    expect(readSettingsAnswer(bytes(answer), "wasi")).toBe(
      `Cannot deserialize settings validation response: ${detail}`,
    );
  });

  it("takes settings for valid only where the answer says so", () => {
    const answer = fc.oneof(fc.uint8Array(), fc.json().map(bytes));
    fc.assert(
      fc.property(answer, fc.constantFrom("wapc" as const, "wasi" as const), (said, protocol) => {
        expect(typeof readSettingsAnswer(said, protocol)).toBe("string");
      }),
    );
  });
});

describe("texts", () => {
  it("tells how a call failed", () => {
    expect(settingsCallFailure("Guest call failure: boom", "wapc")).toBe(
      "Error invoking settings validation callback: Guest call failure: boom",
    );
    expect(settingsCallFailure("boom", "wasi")).toBe("boom");
  });

  it("policy-runtime 26: reports invalid settings", () => {
    expect(invalidSettings("no message")).toBe("Policy settings are invalid: no message");
  });
});
