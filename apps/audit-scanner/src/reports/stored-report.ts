import { errorText } from "@kubewarden-ts/base";
import * as v from "valibot";

const Text = v.fallback(v.string(), "");
const Mapping = v.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);

/** What we look at in a report that is stored. Somebody else may have changed it: odd fields are as if they were not there. */
const StoredReport = v.looseObject({
  metadata: v.looseObject({
    name: v.pipe(v.string(), v.nonEmpty()),
    namespace: v.optional(v.string()),
    uid: v.pipe(v.string(), v.nonEmpty()),
    resourceVersion: v.pipe(v.string(), v.nonEmpty()),
    labels: v.fallback(v.record(v.string(), v.string()), {}),
    ownerReferences: v.fallback(v.array(Mapping), []),
  }),
  scope: v.fallback(v.looseObject({ apiVersion: Text, kind: Text, resourceVersion: Text }), {
    apiVersion: "",
    kind: "",
    resourceVersion: "",
  }),
  results: v.fallback(v.array(Mapping), []),
});
export type StoredReport = v.InferOutput<typeof StoredReport>;

const decoder = new TextDecoder();

/** Reads a report as it came in a list. @throws {Error} what is no object with a name, a UID and a resource version */
export function readStoredReport(bytes: Uint8Array): StoredReport {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new Error(`it is not JSON: ${errorText(error)}`, { cause: error });
  }
  const result = v.safeParse(StoredReport, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`${v.getDotPath(issue) ?? "the report"}: ${issue.message}`);
}
