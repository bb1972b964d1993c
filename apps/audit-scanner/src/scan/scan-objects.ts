import { errorText } from "@kubewarden-ts/base";
import { isKubeError, type KubeError } from "@kubewarden-ts/kube";
import { resourceKey } from "../selection/select-policies.ts";
import { auditObject, handOn } from "./audit-object.ts";
import { createFindingsCollector } from "./findings-collector.ts";
import { createKnownRevisions } from "./known-revisions.ts";
import { type ObjectPlace, readObject } from "./read-object.ts";
import type { ScanContext } from "./scan-context.ts";
import type { PlannedResource, ScanPlan } from "./scan-plan.ts";
import { createTaskPool } from "./task-pool.ts";

/** Objects of one scope, and the plan of that scope alone. */
export interface ObjectsOfScope {
  readonly plan: ScanPlan;
  readonly objects: readonly ObjectPlace[];
}

/** Objects about which not all is known that could be. */
export interface UnfinishedObjects {
  /** the account may list them, but not read one */
  readonly refused: readonly ObjectPlace[];
  /** could not be read, have results that are no verdicts, or a report that could not be stored: worth another try later */
  readonly again: readonly ObjectPlace[];
}

/**
 * Asks about single objects, each read anew, and hands on a report of each that is what a scan of its scope would come to.
 * Objects that are gone, and those of kinds that no policy of the scope is about, are passed over: a scan has no report for
 * them either. When the signal is aborted, no more objects are begun, and those under way are finished.
 * @param options.limit - objects at once
 * @throws the reason of the signal
 */
export async function scanObjects(
  context: ScanContext,
  scopes: readonly ObjectsOfScope[],
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<UnfinishedObjects> {
  const refused: ObjectPlace[] = [];
  const again: ObjectPlace[] = [];
  const revisions = createKnownRevisions();
  await using pool = createTaskPool(limit, signal);

  const audit = async (named: NamedObject): Promise<void> => {
    try {
      if (!(await auditNamed(named, { context, revisions, signal }))) again.push(named.place);
    } catch (error) {
      signal.throwIfAborted();
      if (!isKubeError(error)) throw error;
      const isRefused = isKubeError(error, "KUBE_FORBIDDEN");
      (isRefused ? refused : again).push(named.place);
      tellUnread(named.place, error, context);
    }
  };

  for (const named of scopes.flatMap(namedObjects)) await pool.start(() => audit(named));
  await pool.drained();
  return { refused, again };
}

/** An object, and all that it may be read as. */
interface NamedObject {
  readonly place: ObjectPlace;
  readonly plan: ScanPlan;
  readonly family: readonly PlannedResource[];
}

/** Each once, through whatever kinds of a family its changes were told. */
function namedObjects({ plan, objects }: ObjectsOfScope): readonly NamedObject[] {
  const named = new Map<string, NamedObject>();
  for (const place of objects) {
    const key = resourceKey(place.resource);
    const index = plan.families.findIndex((all) => all.some(({ resource }) => resourceKey(resource) === key));
    const family = plan.families[index];
    if (family !== undefined) named.getOrInsert(`${index} ${place.name}`, { place, plan, family });
  }
  return [...named.values()];
}

/** @returns whether no result is an error, and the report is stored */
async function auditNamed(
  { place: { name, namespace }, plan, family }: NamedObject,
  {
    context,
    revisions,
    signal,
  }: {
    readonly context: ScanContext;
    readonly revisions: ReturnType<typeof createKnownRevisions>;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const collector = createFindingsCollector();
  const selected = plan.selections.get(namespace)?.resources;
  for (const { resource } of family) {
    const policies = selected?.get(resourceKey(resource));
    const object = await readObject(context, { resource, namespace, name }, signal);
    if (object === undefined || policies === undefined) continue;
    if (!collector.knows(object)) {
      context.tally.found();
      await context.sink.openObject(object, signal);
    }
    await auditObject(object, policies, { context, plan, revisions, collector });
  }
  let isComplete = true;
  for (const { object, verdicts } of collector.take()) {
    const outcome = await handOn(object, verdicts, { context, plan });
    isComplete &&= outcome === "done" && verdicts.every(({ result }) => result !== "error");
  }
  return isComplete;
}

function tellUnread(
  { resource, namespace, name }: ObjectPlace,
  error: KubeError,
  { log }: Pick<ScanContext, "log">,
): void {
  const message = isKubeError(error, "KUBE_FORBIDDEN")
    ? "a changed object may not be read by itself, all of its scope is listed: allow the scanner's account to get its kind"
    : "a changed object cannot be read, it is tried again later";
  log.warn(message, { error: errorText(error), resource: name, kind: resource.kind, namespace });
}
