import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  collectionPath,
  createObjectClient,
  isKubeError,
  type KubeClient,
  KubeError,
  type KubeRequest,
  objectPath,
} from "@kubewarden-ts/kube";
import * as v from "valibot";
import { fieldManager, managedBy, type Report, runUidLabel } from "./report.ts";

/** Which report, and which state of it. */
export interface ReportVersion {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** A report that is there already. */
export interface FoundReport extends ReportVersion {
  /** it says the same, in another run */
  readonly isSame: boolean;
}

export type WriteOutcome =
  | { readonly kind: "created" | "updated"; readonly version: ReportVersion }
  /** somebody else has a report of that name: theirs stays */
  | { readonly kind: "not-ours" };

interface Destination {
  readonly client: KubeClient;
  readonly type: ResourceType<KubernetesObject>;
  readonly signal: AbortSignal;
}

const maxAttempts = 3;
/** We know what we write: looking for unknown fields would cost the API server a second reading of each report. */
const fieldValidation = "Ignore";

/**
 * Stores a report. What others set on it stays; what is ours is taken over by force.
 *
 * A new one is created rather than applied, because other tools name their reports by the UID of the object too, and to
 * apply would overwrite theirs. A report that says the same as before gets the label of this run only.
 * @param found - what the last list had of that name
 * @throws {KubeError} of a request; `KUBE_CONFLICT` when others write the report all the time
 */
export async function writeReport(
  to: Destination,
  report: Report,
  found: FoundReport | undefined,
): Promise<WriteOutcome> {
  let current = found;
  for (let attempt = 1; ; attempt++) {
    try {
      if (current === undefined) return { kind: "created", version: await create(to, report) };
      const write = current.isSame ? labelRun : apply;
      return { kind: "updated", version: await write(to, report, current) };
    } catch (error) {
      if (attempt === maxAttempts || !isKubeError(error, "KUBE_CONFLICT", "KUBE_NOT_FOUND")) throw error;
    }
    const stored = await createObjectClient(to.client).get(to.type, report.metadata, { signal: to.signal });
    if (stored === undefined) {
      current = undefined;
      continue;
    }
    const { labels = {}, uid = "", resourceVersion = "" } = stored.metadata;
    if (labels[managedBy.label] !== managedBy.value) return { kind: "not-ours" };
    current = { uid, resourceVersion, isSame: false };
  }
}

function create(to: Destination, report: Report): Promise<ReportVersion> {
  return send(to, report, collectionPath(to.type, report.metadata.namespace), {
    method: "POST",
    body: report,
    query: { fieldManager, fieldValidation },
    repeatable: true, // the second finds what the first created, and takes it over
  });
}

/** Server-side apply, of the state that is known and no other. */
function apply(
  to: Destination,
  report: Report,
  { uid, resourceVersion }: FoundReport,
): Promise<ReportVersion> {
  return send(to, report, pathOf(to, report), {
    method: "PATCH",
    contentType: "application/apply-patch+yaml",
    body: { ...report, metadata: { ...report.metadata, uid, resourceVersion } },
    query: { fieldManager, fieldValidation, force: true },
  });
}

function labelRun(to: Destination, report: Report, { uid, resourceVersion }: FoundReport) {
  const labels = { [runUidLabel]: report.metadata.labels[runUidLabel] };
  return send(to, report, pathOf(to, report), {
    method: "PATCH",
    contentType: "application/merge-patch+json",
    body: { metadata: { uid, resourceVersion, labels } },
    query: { fieldManager, fieldValidation },
  });
}

function pathOf({ type }: Destination, { metadata }: Report): string {
  return objectPath(type, metadata.name, metadata.namespace);
}

const NonEmpty = v.pipe(v.string(), v.nonEmpty());
const Written = v.pipe(
  v.string(),
  v.parseJson(),
  v.looseObject({ metadata: v.looseObject({ name: NonEmpty, uid: NonEmpty, resourceVersion: NonEmpty }) }),
);

async function send(
  { client, signal }: Destination,
  { kind, metadata: { name } }: Report,
  path: string,
  { body, ...request }: Omit<KubeRequest, "body" | "signal"> & { body: object },
): Promise<ReportVersion> {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const answer = await client.request(path, { ...request, body: bytes, metadataOnly: "object", signal });
  const written = v.safeParse(Written, new TextDecoder().decode(answer.body));
  if (written.success && written.output.metadata.name === name) {
    const { uid, resourceVersion } = written.output.metadata;
    return { uid, resourceVersion };
  }
  const problem = written.success ? "it is not the one that was written" : written.issues[0].message;
  throw new KubeError(`the API server sent a ${kind} that cannot be used: ${problem}`, {
    code: "KUBE_ANSWER_INVALID",
  });
}
