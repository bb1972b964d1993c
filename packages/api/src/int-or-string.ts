import * as v from "valibot";
import { Int64, structured } from "./described.ts";

/** How a CustomResourceDefinition says that a number and a text will both do. */
export const intOrStringStructure = {
  anyOf: [{ type: "integer" }, { type: "string" }],
  "x-kubernetes-int-or-string": true,
} as const;

/** `2` or `50%`. */
export const IntOrString = structured(v.union([Int64, v.string()]), intOrStringStructure);

const quantity =
  /^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$/;

/** How a CustomResourceDefinition says what an amount of a resource is. */
export const quantityStructure = { ...intOrStringStructure, pattern: quantity.source } as const;

/** `2`, `500m`, `1Gi`. */
export const Quantity = structured(
  v.union([Int64, v.pipe(v.string(), v.regex(quantity))]),
  quantityStructure,
);
