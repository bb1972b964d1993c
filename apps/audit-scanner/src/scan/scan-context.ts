import type { Clock, Logger } from "@kubewarden-ts/base";
import type { Discovery, KubeClient } from "@kubewarden-ts/kube";
import type { Evaluator } from "../evaluation/evaluator.ts";
import type { ReportSink } from "../report-sink.ts";
import { createPolicyCatalog, type PolicyCatalog } from "../selection/policy-catalog.ts";
import { createScanTally, type ScanProgress, type ScanTally } from "./scan-tally.ts";

export interface ScanOptions {
  /** where the Services of the policy servers are */
  readonly kubewardenNamespace: string;
  /** `--policy-server-url`: in place of what the Services say */
  readonly policyServerUrl?: string | undefined;
  /** `--ignore-namespaces`; the namespace of the policy servers is ignored in any case */
  readonly ignoredNamespaces: readonly string[];
  readonly parallelNamespaces: number;
  /** objects at once, for each namespace at once */
  readonly parallelResources: number;
  /** policies at once for each object; the evaluator keeps to it, here it is logged */
  readonly parallelPolicies: number;
  readonly pageSize: number;
  /** `--all-operations`: `UPDATE` is asked about too, with the object as it is before and after */
  readonly allOperations: boolean;
  /** `--expand-wildcards`: `*` in rules stands for what the API server serves, as it does in admission */
  readonly expandWildcards: boolean;
  /** `--incremental`: what a former run found holds while neither the object nor the policy changed */
  readonly incremental: boolean;
}

/** All that a run needs. */
export interface ScanContext {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly evaluator: Evaluator;
  readonly sink: ReportSink;
  readonly options: ScanOptions;
  readonly log: Logger;
  readonly clock: Clock;
  /** policies and policy servers, read once for the whole run */
  readonly catalog: PolicyCatalog;
  /** what the run came to so far */
  readonly tally: ScanTally;
  /** for log lines */
  readonly runUid: string;
  /**
   * Aborted when evaluations and writes that are under way must stop as well; until then they are finished even when the
   * scan is stopped (audit-and-reports.md 1.4).
   */
  readonly graceSignal: AbortSignal;
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
}

/**
 * Puts together what one run needs. Policies are read once in its life: the next run needs another one.
 * @param parts.graceSignal - never aborted unless told
 */
export function createScanContext(
  parts: Omit<ScanContext, "catalog" | "tally" | "graceSignal"> & { readonly graceSignal?: AbortSignal },
): ScanContext {
  const { graceSignal = new AbortController().signal } = parts;
  const tally = createScanTally(parts.onProgress);
  return { ...parts, graceSignal, tally, catalog: createPolicyCatalog(parts) };
}
