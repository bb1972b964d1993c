import { describe, expect, it } from "vitest";
import { rejection } from "./admission-response.ts";

describe("rejection", () => {
  it("writes null for annotations and warnings, and a code only where there is one", () => {
    expect(JSON.stringify(rejection("u", "no"))).toBe(
      '{"uid":"u","allowed":false,"status":{"message":"no"},"auditAnnotations":null,"warnings":null}',
    );
    expect(JSON.stringify(rejection("u", "no", 500))).toContain('"status":{"message":"no","code":500}');
  });
});
