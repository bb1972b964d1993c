import { dirname, isAbsolute, join } from "node:path";
import { type LosslessValue, parseLossless, stringifyLossless } from "@kubewarden-ts/protocol";
import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import type { RunReview } from "../run/prepare-run.ts";
import { toReview } from "../run/request.ts";
import { type ManifestObject, readManifestObjects } from "../scan/manifest-object.ts";
import { readManifestStream } from "../scan/manifest-stream.ts";
import { createKindTable } from "../scan/object-kinds.ts";
import { syntheticReview } from "../scan/synthetic-request.ts";
import { readUserText } from "../user-file.ts";
import type { SuiteCase } from "./suite-file.ts";

/** What a policy is asked in a case. */
export interface CaseRequest extends RunReview {
  /** What a mutation changes: the object of the request, or the whole of a raw one. */
  readonly object: LosslessValue;
}

export interface CaseFiles {
  /** Of the suite: paths begin at its folder. */
  readonly suitePath: string;
  readonly files: FileSystem;
}

/**
 * The request of a case: as it stands, or made of objects.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export async function caseRequest(
  suiteCase: SuiteCase,
  form: "admission" | "raw",
  place: CaseFiles,
): Promise<CaseRequest> {
  const { request, object, oldObject } = suiteCase;
  if (request !== undefined) {
    const value = await readValue(request, place);
    const review = toReview(new TextEncoder().encode(stringifyLossless(value)), form);
    return { form, review, object: form === "raw" ? value : objectOf(review) };
  }
  const [created, former] = await Promise.all([readObject(object, place), readObject(oldObject, place)]);
  const subject = created ?? former;
  if (subject === undefined) throw invalidInput("a case has a request, an object or an oldObject");
  const review = reviewOf(suiteCase, { created, former, subject });
  return { form: "admission", review, object: created?.value ?? null };
}

/** CREATE of an object, UPDATE where there is an old one too, DELETE of an old one alone, unless the case says it. */
function reviewOf(
  { operation, namespace, userInfo }: SuiteCase,
  objects: {
    readonly created: ManifestObject | undefined;
    readonly former: ManifestObject | undefined;
    readonly subject: ManifestObject;
  },
): Uint8Array {
  const { created, former, subject } = objects;
  const { group, version, kind, name } = subject;
  const served = createKindTable([], new Map())(subject);
  const isNamespace = group === "" && kind === "Namespace";
  const own = subject.namespace ?? namespace ?? "default";
  return syntheticReview({
    operation: operation ?? (created === undefined ? "DELETE" : former === undefined ? "CREATE" : "UPDATE"),
    ...{ group, version, kind, name, userInfo, plural: served.plural },
    namespace: isNamespace ? name : served.namespaced === false ? undefined : own,
    object: created?.value ?? null,
    oldObject: former?.value ?? null,
  });
}

async function readObject(
  source: SuiteCase["object"],
  place: CaseFiles,
): Promise<ManifestObject | undefined> {
  if (source === undefined) return undefined;
  const file = typeof source === "string" ? source : place.suitePath;
  const text = typeof source === "string" ? await readFile(source, place) : stringifyLossless(source);
  const { objects, problems } = readManifestObjects(text, { file, skipUntyped: false });
  const [object, ...others] = objects;
  const [problem] = problems;
  if (problem !== undefined) throw invalidInput(`Cannot use object of ${file}: ${problem.message}`);
  if (object === undefined || others.length > 0) {
    throw invalidInput(`Cannot use object of ${file}: expected one object, received ${objects.length}`);
  }
  return object;
}

/** A value of the suite, or the one document of a file it names. */
export async function readValue(source: string | LosslessValue, place: CaseFiles): Promise<LosslessValue> {
  if (typeof source !== "string") return source;
  const [document, ...others] = readManifestStream(await readFile(source, place));
  if (document?.kind === "fault") throw invalidInput(`Cannot parse ${source}: ${document.message}`);
  if (document === undefined || others.length > 0) {
    throw invalidInput(`Cannot parse ${source}: expected one document`);
  }
  return document.value;
}

function readFile(path: string, place: CaseFiles): Promise<string> {
  return readUserText(place.files, besideSuite(path, place), `Cannot open ${path}`);
}

/** A path of a suite, from where the program runs. */
export function besideSuite(path: string, { suitePath }: CaseFiles): string {
  return isAbsolute(path) ? path : join(dirname(suitePath), path);
}

function objectOf(review: Uint8Array): LosslessValue {
  const body = parseLossless(review);
  const request = body instanceof Map ? body.get("request") : undefined;
  return (request instanceof Map ? request.get("object") : undefined) ?? null;
}
