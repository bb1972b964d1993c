import { errorText } from "@kubewarden-ts/base";
import { ScanError } from "./errors.ts";
import type { ScanContext } from "./scan-context.ts";
import { planScan } from "./scan-plan.ts";
import { scanScopes } from "./scan-scopes.ts";

/**
 * Audits what is in no namespace (audit-and-reports.md 2.3). Old reports are removed when all was looked at.
 * @throws {ScanError} `SCAN_POLICIES_UNREADABLE`; the reason of `signal` once that is aborted
 */
export async function scanCluster(context: ScanContext, signal: AbortSignal): Promise<void> {
  const { log, options, sink } = context;
  log.info("clusterwide resources scan started", { RunUID: context.runUid });
  const policies = await context.catalog.clusterwide(signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    const message = `failed to obtain cluster auditable policies: ${errorText(cause)}`;
    throw new ScanError(message, { code: "SCAN_POLICIES_UNREADABLE", cause });
  });
  const plan = planScan(policies, new Map([[undefined, { kind: "cluster" }]]));
  const selection = plan.selections.get(undefined);
  log.info("cluster admission policies count", {
    "policies-to-evaluate": selection?.evaluated,
    "policies-skipped": selection?.skipped,
    "policies-errored": selection?.errored,
    "parallel-resources-audits": options.parallelResources,
  });
  await sink.open(undefined, signal);
  const kept = await scanScopes(context, plan, { limit: options.parallelResources, signal });
  await sink.close(undefined, kept.in(undefined), signal);
  log.info("Cluster-wide resources scan finished");
}
