import { describe, expect, it } from "vitest";
import { required } from "./field-error.ts";
import { invalidObject } from "./invalid-object.ts";

describe("invalidObject", () => {
  it("controller 16: names a hundred mistakes, and how many more there are", () => {
    const errors = Array.from({ length: 20_000 }, (_, index) => required(`spec.rules[${index}]`));
    const { message, details } = invalidObject("AdmissionPolicy", "p", errors);
    expect(details?.causes).toHaveLength(100);
    expect(message).toMatch(/^.* is invalid: \[spec\.rules\[0\]: Required value, .*, and 19900 more\]$/);
  });
});
