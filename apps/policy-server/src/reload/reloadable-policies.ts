import { type Logger, systemClock } from "@kubewarden-ts/base";
import type { FileStamp } from "@kubewarden-ts/base/node";
import type { Evaluator } from "@kubewarden-ts/policy-evaluation";
import type { ServerConfig } from "../config.ts";
import { readPolicies } from "../configuration-files.ts";
import type { PolicyEvaluator } from "../http/policy-routes.ts";
import type { ServedPolicies } from "../serve.ts";
import type { Observers } from "../telemetry/observed-policies.ts";
import { createPolicyReloads, type LastReload } from "./policy-reloads.ts";
import { watchPolicies } from "./watch-policies.ts";

/** An evaluator whose policies can be exchanged. */
export type ReloadableEvaluator = PolicyEvaluator & Pick<Evaluator, "reload" | "status"> & AsyncDisposable;

export interface ReloadablePoliciesOptions extends Pick<Observers, "metrics"> {
  readonly log: Logger;
  /** Takes what serves requests to read the policies again. */
  readonly onReloadRequest: (serve: () => void) => void;
  /** Of the policies file when it was read for the start. */
  readonly stamps: ReadonlyMap<string, FileStamp>;
  /** Of the same file. */
  readonly digest: string;
}

/** Has the policies read again when somebody asks for it, or their file changes, and says how they are. */
export function reloadablePolicies(
  evaluator: ReloadableEvaluator,
  {
    policiesPath: path,
    policyStatus,
    refreshModulesMs,
  }: Pick<ServerConfig, "policiesPath" | "policyStatus" | "refreshModulesMs">,
  { log, metrics, onReloadRequest, stamps, digest }: ReloadablePoliciesOptions,
): ServedPolicies {
  let policiesDigest = digest;
  let digestRead = digest;
  const read = async () => {
    const file = await readPolicies(path);
    digestRead = file.digest;
    return file.policies;
  };
  const record = (outcome: LastReload["outcome"]): void => {
    if (outcome !== "refused") policiesDigest = digestRead;
    metrics?.recordReload(outcome);
  };
  const reloads = createPolicyReloads({ evaluator, read, path, log, clock: systemClock, record });
  metrics?.observeStates(() => evaluator.status());
  onReloadRequest(() => void reloads.reload());
  const watched =
    refreshModulesMs === undefined
      ? undefined
      : watchPolicies({ stamps, reload: reloads.reload, refreshMs: refreshModulesMs });
  return {
    admission: evaluator.admission,
    raw: evaluator.raw,
    auditBatch: evaluator.auditBatch,
    describe: policyStatus
      ? () => ({ policies: evaluator.status(), policiesDigest, lastReload: reloads.last() })
      : undefined,
    async [Symbol.asyncDispose]() {
      watched?.[Symbol.dispose]();
      await evaluator[Symbol.asyncDispose]();
    },
  };
}
