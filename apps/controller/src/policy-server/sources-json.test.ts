import { describe, expect, it } from "vitest";
import { policyServer } from "../policy/testing/objects.ts";
import { hasSources, sourcesJson } from "./sources-json.ts";

describe("sourcesJson", () => {
  it.each<[string, object, string, boolean]>([
    ["{} without sources", {}, "{}", false],
    ["{} with empty ones", { insecureSources: [], sourceAuthorities: {} }, "{}", false],
    ["hosts in their order", { insecureSources: ["b:1", "a"] }, '{"insecure_sources":["b:1","a"]}', true],
    [
      "authorities sorted by host",
      { insecureSources: ["x"], sourceAuthorities: { "b:1": ["PEM\n", "2"], a: ["<"] } },
      '{"insecure_sources":["x"],"source_authorities":{"a":[{"type":"Data","data":"\\u003c"}],"b:1":[{"type":"Data","data":"PEM\\n"},{"type":"Data","data":"2"}]}}',
      true,
    ],
  ])("controller 6: writes %s", (_row, spec, text, has) => {
    const server = policyServer("default", {}, spec);
    expect(sourcesJson(server)).toBe(text);
    expect(hasSources(server)).toBe(has);
  });
});
