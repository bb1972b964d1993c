import { expect, it } from "vitest";
import { coreTypesOf, type OpenApiType, wantedCoreTypes } from "./core-types.ts";

const name = (type: string) => `io.k8s.api.core.v1.${type}`;
const refer = (type: string) => ({ allOf: [{ $ref: `#/components/schemas/${type}` }], default: {} });
const quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";

const document: Record<string, OpenApiType> = {
  ...Object.fromEntries(wantedCoreTypes.map((type) => [name(type), { type: "object" }])),
  [name("EnvVar")]: {
    type: "object",
    required: ["name"],
    properties: { name: { type: "string", default: "" }, valueFrom: refer(name("Source")) },
  },
  [name("Source")]: {
    type: "object",
    properties: {
      optional: { type: "boolean", default: false },
      divisor: refer(quantity),
      names: { type: "array", items: { type: "string", default: "" }, "x-kubernetes-list-type": "atomic" },
      nodes: { type: "object", additionalProperties: { type: "string", default: "" } },
    },
    "x-kubernetes-map-type": "atomic",
    "x-kubernetes-patch-strategy": "merge",
  },
};

it("takes the types that are wanted and those that they refer to, and of defaults what an absent field has", () => {
  const { EnvVar, Source } = coreTypesOf(document);
  expect(EnvVar).toEqual({
    type: "object",
    properties: { name: { type: "string" }, valueFrom: { $ref: "Source" } },
    required: ["name"],
  });
  expect(Source).toEqual({
    type: "object",
    "x-kubernetes-map-type": "atomic",
    properties: {
      optional: { type: "boolean", default: false },
      divisor: expect.objectContaining({ "x-kubernetes-int-or-string": true }),
      names: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "atomic" },
      nodes: { type: "object", additionalProperties: { type: "string" } },
    },
  });
});

it("says what the API server does not describe", () => {
  expect(() => coreTypesOf({})).toThrow("the API server does not describe io.k8s.api.core.v1.Affinity");
});
