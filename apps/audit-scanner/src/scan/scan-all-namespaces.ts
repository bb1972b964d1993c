import { errorText } from "@kubewarden-ts/base";
import { ScanError, type ScanErrorCode } from "./errors.ts";
import { ignoredNamespaces, listNamespaces, readNamespace, type ScannedNamespace } from "./namespaces.ts";
import type { ScanContext } from "./scan-context.ts";
import {
  closeNamespaces,
  namespacePolicies,
  namespaceProblem,
  scanNamespaces,
  selectorProblems,
} from "./scan-namespaces.ts";

/**
 * Audits what is in all namespaces but the ignored ones (audit-and-reports.md 2.1): each kind in one list of all namespaces
 * where that is allowed.
 * @throws {ScanError} `SCAN_NAMESPACES_UNREADABLE`, `SCAN_POLICIES_UNREADABLE`; `SCAN_NAMESPACES_FAILED` when all else was
 *   scanned; the reason of `signal` once that is aborted
 */
export async function scanAllNamespaces(context: ScanContext, signal: AbortSignal): Promise<void> {
  const { log, options, sink } = context;
  log.info("all-namespaces scan started", { "parallel-namespaces-audits": options.parallelNamespaces });
  const namespaces = await listNamespaces(context, signal).catch(
    refused("SCAN_NAMESPACES_UNREADABLE", "failed to list namespaces", signal),
  );
  const policies = await namespacePolicies(context, undefined, signal).catch(
    refused("SCAN_POLICIES_UNREADABLE", "failed to obtain auditable policies", signal),
  );
  await sink.openNamespaces(ignoredNamespaces(options), signal);
  const limit = options.parallelNamespaces * options.parallelResources;
  const kept = await scanNamespaces(context, namespaces, { limit, signal, policies });
  const gone = await goneNamespaces(context, namespaces, signal);
  const left = namespaces.filter(({ name }) => !gone.has(name));
  await closeNamespaces(context, left, { kept, signal });
  log.info("all-namespaces scan finished");
  for (const [ns, error] of gone) log.error("error scanning namespace", { error, ns });
  const problems = [...gone.values(), ...selectorProblems(policies)];
  if (problems.length === 0) return;
  const message = `error scanning all namespaces: ${problems.join("\n")}`;
  throw new ScanError(message, { code: "SCAN_NAMESPACES_FAILED" });
}

function refused(code: ScanErrorCode, what: string, signal: AbortSignal): (cause: unknown) => never {
  return (cause) => {
    signal.throwIfAborted();
    throw new ScanError(`error scanning all namespaces: ${what}: ${errorText(cause)}`, { code, cause });
  };
}

/**
 * Namespaces that went while they were scanned: what was in them is not known in full. One list tells, and a look at those
 * that are missing there.
 * @returns name to what is wrong with it
 */
async function goneNamespaces(
  context: ScanContext,
  namespaces: readonly ScannedNamespace[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const gone = new Map<string, string>();
  const names = await listNamespaces(context, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    context.log.warn("Failed to list resources", {
      error: errorText(error),
      "resource-GVK": "v1, Kind=Namespace",
    });
    return namespaces;
  });
  const there = new Set(names.map(({ name }) => name));
  for (const { name } of namespaces.filter((each) => !there.has(each.name))) {
    await readNamespace(context, name, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      gone.set(name, namespaceProblem(name, error));
    });
  }
  return gone;
}
