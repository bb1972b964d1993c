import * as v from "valibot";
import type { StoredVerdict } from "../report-sink.ts";
import { property } from "./build-result.ts";
import { resultContent } from "./report-digest.ts";

type Members = Readonly<Record<string, unknown>>;

/** What is remembered of a stored result. Equal results are one in memory. */
export interface StoredResult {
  /** what it says, for {@link reportDigest} */
  readonly content: string;
  /**
   * The verdict, which holds as long as neither object nor policy changes; `undefined` for an `error`, and for what cannot
   * be read: the policy is asked again.
   */
  readonly verdict: StoredVerdict | undefined;
}

/** Reads results of reports. Most objects fare the same with most policies: what was read before is not read again. */
export interface ResultReader {
  read(this: void, result: Members): StoredResult;
  /** The same string for the same text. */
  share(text: string): string;
  /** Gives the memory back. */
  forget(): void;
}

/** A daemon, and messages that name the object, bring new ones all the time. */
const maxKnown = 20_000;

export function createResultReader(): ResultReader {
  const results = new Map<string, StoredResult>();
  const texts = new Map<string, string>();
  const bounded = <Value>(known: Map<string, Value>): Map<string, Value> => {
    if (known.size >= maxKnown) known.clear();
    return known;
  };
  const share = (text: string): string => bounded(texts).getOrInsert(text, text);
  return {
    read: (result) =>
      bounded(results).getOrInsertComputed(JSON.stringify(result), () => ({
        content: resultContent(result),
        verdict: readVerdict(result, share),
      })),
    share,
    forget() {
      results.clear();
      texts.clear();
    },
  };
}

/** A result that can stand in for a verdict; an `error` never does. */
const Verdict = v.looseObject({
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

const Reads = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

function readVerdict(result: Members, share: (text: string) => string): StoredVerdict | undefined {
  const read = v.safeParse(Verdict, result);
  if (!read.success) return undefined;
  const { policy, result: outcome, message, timestamp, properties } = read.output;
  const operation = properties[property.operation];
  const revision = share(properties[property.revision]);
  const reads = readsOf(properties[property.reads], share);
  const failed = properties[property.failedMembers];
  return {
    uniqueName: share(policy),
    operation,
    policyRevision: revision,
    reads,
    verdict: {
      operation,
      result: outcome,
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
