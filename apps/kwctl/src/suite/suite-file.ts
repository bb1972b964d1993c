import { type LosslessObject, type LosslessValue, schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { invalidInput } from "../errors.ts";
import { readManifestStream } from "../scan/manifest-stream.ts";

// The format of suites; what a field means stands in docs/guides/test-and-scan.md.

/** A typo in the name of a field is not to leave something unchecked. */
function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    v.map(v.string(), v.unknown(), "a mapping"),
    v.transform((map) => Object.fromEntries(map)),
    v.strictObject(entries),
  );
}

const name = v.pipe(v.string(), v.nonEmpty());
const Mapping = v.custom<LosslessObject>((value) => value instanceof Map, "a mapping");
const List = v.custom<LosslessValue[]>(Array.isArray, "a list");
/** A path, from the folder of the suite, or the object itself. */
const PathOrMapping = v.union([name, Mapping], "a path or a mapping");

/** A text is the whole message. */
const Message = v.union([
  v.string(),
  fields({ contains: name }),
  fields({ matches: v.pipe(name, v.check(isPattern, "a regular expression")) }),
]);
export type ExpectedMessage = v.InferOutput<typeof Message>;

const integer = v.pipe(
  v.custom<{ readonly text: string }>(isInteger, "a whole number"),
  v.transform(({ text }) => Number(text)),
);

const Expectation = v.union([
  fields({
    allowed: v.boolean(),
    message: v.optional(Message),
    code: v.optional(integer),
    /** A JSON Patch. */
    patch: v.optional(List),
    mutatedObject: v.optional(PathOrMapping),
    warnings: v.optional(v.array(v.string())),
  }),
  fields({ settings: v.literal("invalid"), message: v.optional(Message) }),
]);
export type Expectation = v.InferOutput<typeof Expectation>;
/** What is expected of an answer. */
export type ExpectedResponse = Extract<Expectation, { allowed: boolean }>;

const Case = v.pipe(
  fields({
    name,
    object: v.optional(PathOrMapping),
    oldObject: v.optional(PathOrMapping),
    request: v.optional(PathOrMapping),
    operation: v.optional(v.picklist(["CREATE", "UPDATE", "DELETE"])),
    namespace: v.optional(name),
    userInfo: v.optional(Mapping),
    settings: v.optional(Mapping),
    session: v.optional(name),
    skip: v.optional(v.boolean(), false),
    expect: Expectation,
  }),
  v.check(
    ({ request, object, oldObject, operation, namespace, userInfo }) =>
      request === undefined
        ? object !== undefined || oldObject !== undefined
        : [object, oldObject, operation, namespace, userInfo].every((field) => field === undefined),
    "either request, or object and oldObject with what else a request says",
  ),
);
export type SuiteCase = v.InferOutput<typeof Case>;

const Test = fields({
  name,
  policy: name,
  policyName: v.optional(name),
  settings: v.optional(Mapping),
  executionMode: v.optional(v.picklist(["kubewarden-wapc", "opa", "gatekeeper", "wasi"])),
  raw: v.optional(v.boolean(), false),
  cases: v.pipe(v.array(Case), v.nonEmpty("at least one case")),
});
export type SuiteTest = v.InferOutput<typeof Test>;

const Suite = fields({
  apiVersion: v.literal("kubewarden-ts/v1"),
  kind: v.literal("TestSuite"),
  metadata: v.optional(fields({ name })),
  tests: v.pipe(v.array(Test), v.nonEmpty("at least one test")),
});
export type Suite = v.InferOutput<typeof Suite>;

/**
 * Reads a suite: YAML or JSON, one document.
 * @param path - for messages
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` with every field that is wrong
 */
export function parseSuite(text: string, path: string): Suite {
  const documents = readManifestStream(text);
  const fault = documents.find(({ kind }) => kind === "fault");
  if (fault?.kind === "fault") {
    throw invalidInput(
      `Cannot parse suite ${path}: ${fault.message} at line ${fault.line} column ${fault.column}`,
    );
  }
  const [document, ...others] = documents;
  if (document?.kind !== "document" || others.length > 0) {
    throw invalidInput(`Cannot parse suite ${path}: expected one document, received ${documents.length}`);
  }
  const read = v.safeParse(Suite, document.value);
  if (read.success) return read.output;
  throw invalidInput(`Cannot parse suite ${path}:\n${schemaProblems(read.issues).join("\n")}`);
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}

function isInteger(value: unknown): boolean {
  const isNumber = typeof value === "object" && value !== null && "text" in value;
  return isNumber && /^\d{1,9}$/.test(String(value.text));
}
