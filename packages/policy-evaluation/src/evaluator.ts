import type { Logger } from "@kubewarden-ts/base";
import type { GuestLimits } from "@kubewarden-ts/policy-runtime";
import { GuestPool, type ServeCapability } from "@kubewarden-ts/policy-runtime/node";
import { StartupError } from "./errors.ts";
import { type Evaluation, type EvaluationRequest, evaluate, type Origin } from "./evaluation.ts";
import { failuresOf, modulesOf } from "./generation.ts";
import { LiveGeneration } from "./live-generation.ts";
import { type ChooseExecutionMode, createModuleCatalog, type FetchModule } from "./module-catalog.ts";
import { loadGeneration, nextGeneration, type ReloadReport } from "./next-generation.ts";
import type { EvaluatorObserver } from "./observation.ts";
import type { Policies } from "./policies-file.ts";
import { createPolicyLoader } from "./policy-loader.ts";
import { type PolicyStatus, policyStatus } from "./policy-status.ts";
import { revalidateSettings } from "./revalidate-settings.ts";
import type { PolicyContext, WorkerAnswer } from "./worker/worker-answer.ts";

export interface EvaluatorOptions {
  readonly policies: Policies;
  readonly fetchModule: FetchModule;
  /** Evaluations that may be on the CPU at the same time. */
  readonly workers: number;
  /** Limit for policies that do not set their own, in milliseconds; none when `undefined`. */
  readonly defaultTimeoutMs: number | undefined;
  /** Off: nothing is limited, whatever a policy's `timeoutEvalSeconds` says. On by default. */
  readonly timeoutProtection?: boolean;
  /** Start although policies failed: they answer with their failure. */
  readonly continueOnErrors?: boolean;
  /** Requests for this namespace are accepted unseen. */
  readonly alwaysAcceptNamespace?: string | undefined;
  /** What host capabilities do, on the main thread. */
  readonly serveCapability: ServeCapability;
  readonly log: Logger;
  readonly limits?: GuestLimits;
  /** Bytes of all requests that have no answer yet; what is more is refused at once. */
  readonly maxPendingBytes?: number;
  /** How modules are run; by their metadata alone unless told otherwise. */
  readonly chooseMode?: ChooseExecutionMode;
  /** For programs that evaluate once and end: one thread does everything. */
  readonly oneShot?: boolean;
  /** Have commands by Go's compiler go on from where they read their request; on by default unless `oneShot`. */
  readonly snapshotGoCommands?: boolean;
  /** With one, evaluations come with what they did. */
  readonly observer?: EvaluatorObserver | undefined;
}

/** Evaluates requests against loaded policies. */
export interface Evaluator extends AsyncDisposable {
  /**
   * Evaluates an AdmissionReview. Origin `validate` applies mode, mutation constraint and custom message; `audit`
   * gives the policy's own verdict.
   * @param body - the document as it came, UTF-8
   */
  admission(origin: Origin, policyId: string, body: Uint8Array, options?: CallOptions): Promise<Evaluation>;
  /** Evaluates `{ "request": … }` of any shape. */
  raw(policyId: string, body: Uint8Array, options?: CallOptions): Promise<Evaluation>;
  /** The own verdicts of several policies about one AdmissionReview, in the order asked, and what they read. */
  auditBatch(policyIds: readonly string[], body: Uint8Array, options?: CallOptions): Promise<PolicyAudit[]>;
  /**
   * Asks a policy, or each member of a group, about its settings once more, as is done when it is loaded.
   * @returns what is wrong, one line for each member; `undefined` when all is well
   * @throws {Error} when there is no such policy, or it could not be loaded
   */
  validateSettings(policyId: string): Promise<string | undefined>;
  /** Builds the policies aside and puts them in place at once; what cannot be loaded stays as it was. */
  reload(policies: Policies): Promise<ReloadReport>;
  /** How each policy is, in the order of the file. */
  status(): PolicyStatus[];
}

/** What one policy of a batch said. */
export interface PolicyAudit {
  readonly policyId: string;
  /** Of the policy that was asked; `undefined` for one that is not known or could not be loaded. */
  readonly revision: string | undefined;
  readonly evaluation: Evaluation;
}

export interface CallOptions {
  /** How long the caller waits, in milliseconds: a shorter limit than the policy's wins. */
  readonly timeoutMs?: number | undefined;
  /** Takes the lines about this evaluation, those of the guest too, in place of the evaluator's; made when there is one. */
  readonly log?: (() => Logger) | undefined;
}

/**
 * Fetches, prepares and checks all policies.
 * @throws {StartupError} with every failure, unless `continueOnErrors`; bad capability patterns always
 */
export async function startEvaluator(options: EvaluatorOptions): Promise<Evaluator> {
  const pool = new GuestPool<PolicyContext, WorkerAnswer>({
    workerUrl: workerUrl(),
    workers: options.workers,
    ...(options.limits && { limits: options.limits }),
    ...(options.maxPendingBytes !== undefined && { maxPendingBytes: options.maxPendingBytes }),
    warmSpare: !options.oneShot,
    reusePreparingWorkers: options.oneShot === true,
    serve: options.serveCapability,
    log: options.log,
  });
  try {
    return await openEvaluator(pool, options);
  } catch (error) {
    await pool[Symbol.asyncDispose]();
    throw error;
  }
}

/** In a bundle the worker stands beside the program. */
function workerUrl(): URL {
  const name = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./policy-worker.js";
  return new URL(name, import.meta.url);
}

async function openEvaluator(
  pool: GuestPool<PolicyContext, WorkerAnswer>,
  options: EvaluatorOptions,
): Promise<Evaluator> {
  const { policies, fetchModule, chooseMode, log, continueOnErrors = false, alwaysAcceptNamespace } = options;
  const { snapshotGoCommands = !options.oneShot } = options;
  const started = options.oneShot ? Promise.resolve() : pool.start();
  // Looked at below, unless something else fails first.
  started.catch(() => {});
  const catalog = createModuleCatalog({
    fetchModule,
    prepare: (request) => pool.prepare({ ...request, snapshotGoCommands }),
    ...(chooseMode && { chooseMode }),
  });
  const loader = createPolicyLoader({
    pool,
    catalog,
    defaultTimeoutMs: options.defaultTimeoutMs,
    timeoutProtection: options.timeoutProtection ?? true,
    alwaysAcceptNamespace,
    log,
    observer: options.observer,
    ready: started,
  });
  const inspectorKey = addInspector(pool, alwaysAcceptNamespace);
  catalog.begin(policies);
  const first = await loadGeneration(loader, policies);
  catalog.endPass();
  const failures = [...first.values()].flatMap(failuresOf);
  const fatal = continueOnErrors ? failures.filter(({ kind }) => kind === "capabilities") : failures;
  if (fatal.length > 0) throw new StartupError(fatal);
  for (const { policyId, message } of failures)
    log.error("policy cannot be used", { policy_id: policyId, error: message });
  await started;

  const release = (key: number): void => pool.removePolicy(key);
  const live = new LiveGeneration(first, release);
  const isObserved = options.observer !== undefined;
  const deps = { pool, inspectorKey, alwaysAcceptNamespace, log, isObserved };
  const ask = (request: EvaluationRequest): Promise<Evaluation> =>
    live.use((generation) => evaluate(request, { generation, ...deps }));
  const reload = async (policies: Policies): Promise<ReloadReport> => {
    catalog.begin(policies);
    const built = nextGeneration(live.current, policies, { loader, release }).finally(() =>
      catalog.endPass(),
    );
    const { next, report } = await built;
    live.replace(next);
    catalog.keepOnly(new Set([...next.values()].flatMap(modulesOf)));
    for (const { policyId, message } of report.failures) {
      log.error("policy cannot be reloaded", { policy_id: policyId, error: message });
    }
    return report;
  };
  let reloads: Promise<unknown> = Promise.resolve();
  return {
    admission: (origin, policyId, body, { timeoutMs, log } = {}) =>
      ask({ origin, form: "review", policyId, body, timeoutMs, log }),
    raw: (policyId, body, { timeoutMs, log } = {}) =>
      ask({ origin: "validate", form: "raw", policyId, body, timeoutMs, log }),
    auditBatch: (policyIds, body, { timeoutMs, log } = {}) =>
      live.use((generation) =>
        Promise.all(
          policyIds.map(async (policyId) => {
            const request = {
              origin: "audit",
              form: "review",
              policyId,
              body,
              timeoutMs,
              log,
              noteReads: true,
            } as const;
            const evaluation = await evaluate(request, { generation, ...deps });
            return { policyId, revision: generation.get(policyId)?.revision || undefined, evaluation };
          }),
        ),
      ),
    validateSettings: (policyId) =>
      live.use((generation) => revalidateSettings(pool, generation.get(policyId))),
    reload(next) {
      // One after the other: each starts from what the one before left.
      const turn = reloads.then(() => reload(next));
      reloads = turn.catch(() => {});
      return turn;
    },
    status: () => [...live.current.values()].map(policyStatus),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** A policy without a module: it reads requests that no module is asked about. */
function addInspector(
  pool: GuestPool<PolicyContext, WorkerAnswer>,
  alwaysAcceptNamespace: string | undefined,
): number {
  const context: PolicyContext = {
    policyId: "",
    mode: "kubewarden-wapc",
    settings: new Uint8Array(0),
    hostCapabilities: [],
    contextAwareResources: [],
    namespaced: false,
    alwaysAcceptNamespace,
  };
  return pool.addPolicy({ name: "inspect", context, hostCallsMayWait: false });
}
