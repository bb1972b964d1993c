import { describe, expect, it } from "vitest";
import { isJson } from "./content-type.ts";

describe("isJson", () => {
  it.each([
    ["application/json"],
    ["application/json; charset=utf-8"],
    ["application/json;"],
    ["application/json;v=1"],
    ["APPLICATION/JSON"],
    ["application/foo+json"],
    ["application/json-patch+json"],
    ['application/ld+json; profile="x"'],
  ])("policy-server 13: takes %s", (contentType) => {
    expect(isJson(contentType)).toBe(true);
  });

  it.each([
    [undefined],
    [""],
    ["json"],
    ["text/plain"],
    ["text/json"],
    ["application/jsonx"],
    ["application/foo+jsonx"],
    ["application/+json"],
    ["application//json"],
    ["application/json, text/plain"],
    ["application/x-www-form-urlencoded"],
    ["application/yaml"],
  ])("policy-server 13: refuses %s", (contentType) => {
    expect(isJson(contentType)).toBe(false);
  });
});
