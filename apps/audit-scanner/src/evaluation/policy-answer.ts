import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";

const Cause = v.object({ field: v.nullish(v.string()), message: v.nullish(v.string()) });

const Status = v.object({
  code: v.nullish(v.number()),
  message: v.nullish(v.string(), ""),
  reason: v.nullish(v.string()),
  details: v.nullish(
    v.object({ causes: v.nullish(v.array(Cause), []), retryAfterSeconds: v.nullish(v.number()) }),
  ),
});

/** `response` of an answer, as far as the scanner looks at it. */
const PolicyResponse = v.object({
  uid: v.nullish(v.string(), ""),
  allowed: v.boolean(),
  /** base64 of a JSON Patch */
  patch: v.nullish(v.string(), ""),
  status: v.nullish(Status),
});
export type PolicyResponse = v.InferOutput<typeof PolicyResponse>;

const Review = v.object({ response: PolicyResponse });

const BatchResult = v.object({
  policy: v.string(),
  revision: v.optional(v.string()),
  reads: v.optional(v.array(v.record(v.string(), v.string()))),
  response: v.optional(PolicyResponse),
  error: v.optional(v.object({ message: v.string(), status: v.number() })),
});
export type BatchResult = v.InferOutput<typeof BatchResult>;

const Batch = v.object({ results: v.array(v.unknown()) });

/** A body that was expected, or what is wrong with it. */
export type ReadAnswer<T> =
  | { readonly kind: "read"; readonly value: T }
  | { readonly kind: "odd"; readonly problem: string };

/** Reads the body of an answer to `POST /audit/<policy>`. */
export function readReview(body: string): ReadAnswer<PolicyResponse> {
  const read = readJson(body, Review);
  return read.kind === "read" ? { kind: "read", value: read.value.response } : read;
}

/** Reads the body of an answer to `POST /audit`; what is wrong with one result does not spoil the others. */
export function readBatch(body: string): ReadAnswer<readonly ReadAnswer<BatchResult>[]> {
  const read = readJson(body, Batch);
  if (read.kind === "odd") return read;
  return { kind: "read", value: read.value.results.map((result) => checked(result, BatchResult)) };
}

function readJson<T>(body: string, schema: v.GenericSchema<unknown, T>): ReadAnswer<T> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { kind: "odd", problem: "its body is not JSON" };
  }
  return checked(value, schema);
}

function checked<T>(value: unknown, schema: v.GenericSchema<unknown, T>): ReadAnswer<T> {
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return { kind: "read", value: output };
  return { kind: "odd", problem: schemaProblems(issues).join("; ") };
}
