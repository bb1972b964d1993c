import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { configMaps, secrets, services } from "./index.ts";

describe("objects of the Kubernetes API", () => {
  const map = JSON.parse('{"constructor":"a","__proto__":"b","prototype":"c"}');

  it.each([
    ["a ConfigMap", configMaps.schema, { metadata: { name: "a" }, data: map }],
    ["a Secret", secrets.schema, { metadata: { name: "a" }, data: map }],
    ["the selector of a Service", services.schema, { metadata: { name: "a" }, spec: { selector: map } }],
    ["labels", configMaps.schema, { metadata: { name: "a", labels: map } }],
  ])("keep every key of %s", (_row, schema, object) => {
    expect(JSON.stringify(v.parse(schema, object))).toContain(JSON.stringify(map));
  });
});
