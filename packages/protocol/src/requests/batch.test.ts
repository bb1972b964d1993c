import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBatchPolicies } from "./review.ts";

const read = (text: string) => readBatchPolicies(new TextEncoder().encode(text));

describe("readBatchPolicies", () => {
  it.each([
    ['{"policies": ["a", "g/m", "é"], "request": {"uid": 1}}', ["a", "g/m", "é"]],
    [' \n{"request": [], "policies" : [ ] } ', []],
    ['{"policies": ["a", "a"]}', ["a", "a"]],
    ['{"\\u0070olicies": ["a"]}', ["a"]],
  ])("%s", (text, policyIds) => {
    expect(read(text)).toEqual({ kind: "batch", policyIds });
  });

  it.each([
    ["{}", 422, "missing field `policies`"],
    ['{"policies": null}', 422, "policies: invalid type: null, expected a sequence"],
    ['{"policies": "a"}', 422, "policies: invalid type: string"],
    ['{"policies": ["a", 1]}', 422, "policies[1]: invalid type: integer `1`, expected a string"],
    ['{"policies": ["a"], "policies": ["b"]}', 422, "duplicate field `policies`"],
    ["[]", 422, "invalid type: sequence"],
    ['{"policies": ["a"]', 400, "Failed to parse the request body as JSON"],
    ['{"policies": ["\\ud800"]}', 400, "unexpected end of hex escape"],
    ["", 400, "Failed to parse the request body as JSON"],
  ])("refuses %s", (text, status, message) => {
    expect(read(text)).toEqual({ kind: "malformed", status, message: expect.stringContaining(message) });
  });

  it("reads any JSON as JSON.parse does", () => {
    const entry = fc.record({ policies: fc.array(fc.string()), request: fc.jsonValue() });
    fc.assert(
      fc.property(entry, ({ policies, request }) => {
        expect(read(JSON.stringify({ request, policies }))).toEqual({
          kind: "batch",
          policyIds: policies,
        });
      }),
    );
  });

  it("answers any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(["batch", "malformed"]).toContain(readBatchPolicies(bytes).kind);
      }),
    );
  });
});
