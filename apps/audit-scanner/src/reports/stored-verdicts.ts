import * as v from "valibot";
import type { StoredVerdict } from "../report-sink.ts";
import { property } from "./build-result.ts";
import type { Report } from "./report.ts";
import type { StoredReport } from "./stored-report.ts";

/** A result that can stand in for a verdict; an `error` never does. */
const StoredResult = v.looseObject({
  policy: v.string(),
  result: v.picklist(["pass", "fail"]),
  message: v.optional(v.string(), ""),
  timestamp: v.looseObject({ seconds: v.pipe(v.number(), v.safeInteger()) }),
  properties: v.looseObject({
    [property.revision]: v.pipe(v.string(), v.nonEmpty()),
    [property.operation]: v.optional(v.picklist(["CREATE", "UPDATE"]), "CREATE"),
    [property.reads]: v.optional(v.string()),
    [property.failedMembers]: v.optional(v.string()),
    [property.mutationPending]: v.optional(v.string()),
  }),
});
type StoredResult = v.InferOutput<typeof StoredResult>;

const Reads = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

/**
 * The verdicts in a report that hold as long as neither object nor policy changes. What cannot be read is left out: the
 * policy is asked again.
 * @param share - gives the same string for the same text: many results have the same policies and messages
 */
export function readStoredVerdicts(
  { scope, results }: Pick<Report | StoredReport, "scope" | "results">,
  share: (text: string) => string = (text) => text,
): readonly StoredVerdict[] {
  const objectResourceVersion = scope.resourceVersion;
  if (objectResourceVersion === "") return [];
  return results.flatMap((result) => {
    const read = v.safeParse(StoredResult, result);
    return read.success ? [verdictOf(read.output, { objectResourceVersion, share })] : [];
  });
}

function verdictOf(
  { policy, result, message, timestamp, properties }: StoredResult,
  { objectResourceVersion, share }: { objectResourceVersion: string; share: (text: string) => string },
): StoredVerdict {
  const operation = properties[property.operation];
  const revision = share(properties[property.revision]);
  const reads = readsOf(properties[property.reads], share);
  const failed = properties[property.failedMembers];
  return {
    uniqueName: share(policy),
    operation,
    policyRevision: revision,
    objectResourceVersion,
    reads,
    verdict: {
      operation,
      result,
      message: share(message),
      revision,
      atMs: timestamp.seconds * 1000,
      ...(reads !== undefined && { reads }),
      ...(failed && { failedMembers: Object.fromEntries(failed.split(",").map((name) => [name, ""])) }),
      ...(properties[property.mutationPending] === "true" && { mutationPending: true }),
    },
  };
}

const nothing: readonly string[] = [];

function readsOf(text: string | undefined, share: (text: string) => string): readonly string[] | undefined {
  const read = v.safeParse(v.optional(Reads), text);
  if (!read.success || read.output === undefined) return undefined;
  return read.output.length === 0 ? nothing : read.output.map(share);
}
