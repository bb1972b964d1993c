import * as v from "valibot";

/** What the schema of a CustomResourceDefinition says and a Valibot schema has no words for. */
export interface Structure {
  readonly type?: "object" | "integer";
  readonly format?: "date-time" | "int32" | "int64";
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly anyOf?: readonly { readonly type: string }[];
  readonly "x-kubernetes-int-or-string"?: true;
  readonly "x-kubernetes-list-type"?: "atomic" | "map" | "set";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic";
  readonly "x-kubernetes-preserve-unknown-fields"?: true;
}

/** Says what a field means: the text of `kubectl explain`, and of `docs/reference/resources.md`. */
export function described<const S extends v.GenericSchema>(schema: S, text: string) {
  return v.pipe(schema, v.description(text));
}

/** Adds to the schema of the CustomResourceDefinition what the Valibot schema cannot say. */
export function structured<const S extends v.GenericSchema>(schema: S, structure: Structure) {
  return v.pipe(schema, v.metadata({ structure }));
}

/**
 * A field that Kubernetes itself defines and that we hand on as it is: the CustomResourceDefinition has its full schema,
 * and the API server checks it.
 * @param name - of a type of `core/v1`, such as `Affinity`
 */
export function coreType<const S extends v.GenericSchema>(name: string, schema: S) {
  return v.pipe(schema, v.metadata({ coreType: name }));
}

/** A whole number that Go reads into 64 bits; JavaScript rounds those beyond 53. */
export const Int64 = v.pipe(v.number(), v.integer(), v.minValue(-(2 ** 63)), v.ltValue(2 ** 63));

/** A field that Go reads into 32 bits. The API server stores longer numbers too, so they are no reason to refuse it. */
export const Int32 = structured(Int64, { type: "integer", format: "int32" });

/** An {@link Int32} between two numbers, both included. */
export function int32Between(minimum: number, maximum: number) {
  return structured(v.pipe(Int32, v.minValue(minimum), v.maxValue(maximum)), { minimum, maximum });
}
