// Reads the recorded answers of the original policies, and compares answers with them.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Outcome, RunOptions } from "@kubewarden-ts/policy-sdk/testing";
import * as v from "valibot";
import { sharedDataFolder } from "../tests/support/requirements.ts";
import { Exchange, type RecordedHost, recordedHost } from "./recorded-host.ts";

const recordedFolder = join(sharedDataFolder, "policies");

const Operation = v.object({ op: v.string(), path: v.string(), value: v.optional(v.unknown()) });
export type Operation = v.InferOutput<typeof Operation>;

const Response = v.object({
  allowed: v.boolean(),
  status: v.optional(v.object({ message: v.optional(v.string()), code: v.optional(v.number()) })),
  patch: v.optional(v.array(Operation)),
});
export type RecordedResponse = v.InferOutput<typeof Response>;

const Case = v.object({
  settings: v.string(),
  settingsError: v.optional(v.string()),
  settingsErrorAnyOf: v.optional(v.array(v.string())),
  request: v.optional(v.string()),
  response: v.optional(Response),
  anyOf: v.optional(v.array(Response)),
  /** The order of what the text lists was random. */
  unordered: v.optional(v.boolean(), false),
  host: v.optional(v.array(Exchange)),
});
export type RecordedCase = v.InferOutput<typeof Case>;

const Recording = v.object({
  raw: v.boolean(),
  settings: v.record(v.string(), v.unknown()),
  requests: v.record(v.string(), v.unknown()),
  cases: v.array(Case),
});
export type Recording = v.InferOutput<typeof Recording>;

/** The recording of a policy, under the name upstream's folder has. */
export async function readRecording(name: string): Promise<Recording> {
  return v.parse(Recording, JSON.parse(await readFile(join(recordedFolder, `${name}.json`), "utf8")));
}

/** What to run a policy with for a case. */
export function runOptions(
  { raw, settings, requests }: Recording,
  { settings: id, request = "", host: exchanges }: RecordedCase,
): RunOptions & { readonly host: RecordedHost } {
  const value = requests[request];
  const rest = { settings: settings[id], host: recordedHost(exchanges) };
  return raw ? { raw: value, ...rest } : { ...Object(value), ...rest };
}

/** One answer in a form that can be compared: of a mutation the object it leads to. */
export interface Comparable {
  readonly allowed: boolean;
  readonly message: string | undefined;
  readonly code: number | undefined;
  readonly object: unknown;
}

/** An answer of ours. */
export function ours({ accepted, message, code, mutatedObject }: Outcome, object: unknown): Comparable {
  return comparable({ allowed: accepted, message, code, object: mutatedObject ?? object });
}

/**
 * A recorded answer.
 * @param without - which operations to leave out of its patch, as `op path`
 */
export function theirs(response: RecordedResponse, object: unknown, without: readonly RegExp[]): Comparable {
  const { allowed, status, patch = [] } = response;
  const applied = patch.filter(({ op, path }) => !without.some((left) => left.test(`${op} ${path}`)));
  return comparable({
    allowed,
    // What the host puts before the text of a guest error.
    message: status?.message?.replace(/^internal server error: Guest call failure: /, ""),
    code: status?.code,
    object: patched(object, applied),
  });
}

function comparable({ allowed, message, code, object }: Comparable): Comparable {
  // What is rejected is not changed, whatever the patch says.
  return {
    allowed,
    message: message && sortedSets(message),
    code,
    object: allowed ? sortedLists(object) : undefined,
  };
}

/** `{"b", "a"}` and `{"a", "b"}` are the same set. */
export function sortedSets(text: string): string {
  return text.replace(
    /\{("[^{}]*"|\d+(?:, \d+)*)\}/g,
    (_all, members: string) => `{${members.split(", ").sort().join(", ")}}`,
  );
}

/** Lists of texts are sets wherever the order of a set could reach a patch. */
function sortedLists(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sortedLists(member)]));
  }
  return value.every((item) => typeof item === "string") ? [...value].sort() : value.map(sortedLists);
}

/** Applies `add`, `remove` and `replace` to a copy. */
function patched(object: unknown, operations: readonly Operation[]): unknown {
  const root = { document: structuredClone(object) };
  for (const { op, path, value } of operations) {
    const tokens = ["document", ...path.split("/").slice(1)].map((token) =>
      token.replaceAll("~1", "/").replaceAll("~0", "~"),
    );
    const last = tokens.pop() ?? "";
    const parent: unknown = tokens.reduce(
      (target: unknown, token) => Reflect.get(Object(target), token),
      root,
    );
    if (Array.isArray(parent))
      parent.splice(Number(last), op === "add" ? 0 : 1, ...(op === "remove" ? [] : [value]));
    else if (op === "remove") Reflect.deleteProperty(Object(parent), last);
    else Reflect.set(Object(parent), last, structuredClone(value));
  }
  return root.document;
}
