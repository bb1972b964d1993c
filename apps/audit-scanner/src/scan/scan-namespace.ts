import { errorText } from "@kubewarden-ts/base";
import { ScanError } from "./errors.ts";
import { readNamespace } from "./namespaces.ts";
import type { ScanContext } from "./scan-context.ts";
import {
  closeNamespaces,
  namespacePolicies,
  namespaceProblem,
  scanNamespaces,
  selectorProblems,
} from "./scan-namespaces.ts";

/**
 * Audits what is in one namespace, also an ignored one (audit-and-reports.md 2.2).
 * @throws {ScanError} `SCAN_POLICIES_UNREADABLE`, `SCAN_NAMESPACES_FAILED`; the reason of `signal` once that is aborted
 */
export async function scanNamespace(context: ScanContext, name: string, signal: AbortSignal): Promise<void> {
  const namespace = await readNamespace(context, name, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw new ScanError(namespaceProblem(name, cause), { code: "SCAN_NAMESPACES_FAILED", cause });
  });
  const policies = await namespacePolicies(context, name, signal).catch((cause: unknown) => {
    signal.throwIfAborted();
    const message = `failed to obtain auditable policies of namespace ${name}: ${errorText(cause)}`;
    throw new ScanError(message, { code: "SCAN_POLICIES_UNREADABLE", cause });
  });
  const limit = context.options.parallelResources;
  const kept = await scanNamespaces(context, [namespace], { limit, signal, policies });
  await closeNamespaces(context, [namespace], { kept, signal });
  const problems = selectorProblems(policies);
  if (problems.length > 0) throw new ScanError(problems.join("\n"), { code: "SCAN_NAMESPACES_FAILED" });
}
