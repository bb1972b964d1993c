import { errorText } from "@kubewarden-ts/base";
import { type ApiResource, isKubeError, KubeError } from "@kubewarden-ts/kube";
import type { AuditedObject } from "../audited-object.ts";
import type { KeptReportsLog } from "./kept-reports.ts";
import { listedObjects } from "./listed-objects.ts";
import type { ScanContext } from "./scan-context.ts";
import type { PlannedResource } from "./scan-plan.ts";

export interface ListPlannedDeps {
  readonly context: Pick<ScanContext, "client" | "options" | "log" | "tally">;
  readonly kept: KeptReportsLog;
  /** how many namespaces there are; one list of all costs less than many lists of one */
  readonly namespaces: number;
  readonly signal: AbortSignal;
  /** unique names of the policies that are about a kind, for the log */
  readonly policiesOf: (resource: ApiResource) => readonly string[];
  take(object: AuditedObject): Promise<void>;
}

/** Up to so many lists are less work than what all namespaces together may hold. */
const fewNamespaces = 10;

/**
 * Lists a kind: in one list where that is allowed and worth it, else in each namespace. What cannot be listed is logged, and
 * keeps its reports; the rest goes on (behaviour 14).
 * @throws the reason of the signal, and what `take` throws
 */
export async function listPlanned(planned: PlannedResource, deps: ListPlannedDeps): Promise<void> {
  const { resource, scopes } = planned;
  if (isWorthOneList(planned, deps)) {
    const failure = await listPlace(resource, undefined, deps);
    if (failure === undefined) return;
    if (!isKubeError(failure, "KUBE_FORBIDDEN")) return failed(failure, { resource, scopes }, deps);
    deps.context.log.debug("kind cannot be listed in all namespaces at once", {
      "resource-GVK": describe(resource),
    });
  }
  for (const scope of scopes) {
    const failure = await listPlace(resource, scope, deps);
    if (failure !== undefined) failed(failure, { resource, scopes: [scope], namespace: scope }, deps);
  }
}

function isWorthOneList({ scopes }: PlannedResource, { namespaces }: ListPlannedDeps): boolean {
  return scopes.length > 1 && (scopes.length > fewNamespaces || scopes.length * 10 > namespaces);
}

/** @returns why it could not be listed */
async function listPlace(
  resource: ApiResource,
  namespace: string | undefined,
  { context, signal, take }: ListPlannedDeps,
): Promise<KubeError | undefined> {
  const objects = listedObjects(context, resource, { namespace, signal });
  for (;;) {
    const next = await objects.next().catch((error: unknown) => {
      signal.throwIfAborted();
      if (isKubeError(error)) return error;
      throw error;
    });
    if (next instanceof KubeError) return next;
    if (next.done) return undefined;
    await take(next.value);
  }
}

/** 405: objects of such a kind are asked about, not kept, such as TokenReviews. */
const notListable = 405;

function failed(
  error: KubeError,
  { resource, scopes, namespace }: PlannedResource & { readonly namespace?: string | undefined },
  { context: { log, tally }, kept, policiesOf }: ListPlannedDeps,
): void {
  const fields = {
    error: errorText(error),
    "resource-GVK": describe(resource),
    ...(namespace !== undefined && { ns: namespace }),
    policies: policiesOf(resource),
  };
  if (error.status === notListable) return log.debug("Failed to list resources", fields);
  log.warn("Failed to list resources", fields);
  tally.unlisted();
  kept.kind(resource, scopes);
}

/** @example "apps/v1, Kind=Deployment" */
function describe({ apiVersion, kind }: ApiResource): string {
  return `${apiVersion}, Kind=${kind}`;
}
