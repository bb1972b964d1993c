import type { Logger } from "@kubewarden-ts/base";
import type { CapabilityServer } from "@kubewarden-ts/host-capabilities";
import { type Evaluator, type StartupError, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import type { GuestLimits } from "@kubewarden-ts/policy-runtime";
import { KwctlError } from "../errors.ts";
import { type PolicyModule, readPolicyModule } from "../policy-module.ts";
import { chooseExecutionMode, type ExecutionModeFlag } from "../run/execution-mode.ts";
import { checkMinimumVersion } from "../run/minimum-version.ts";
import { membersOf, type PolicyDefinition } from "../run/policy-definition.ts";

export interface StartPoliciesOptions {
  readonly definitions: readonly PolicyDefinition[];
  readonly modules: ReadonlyMap<string, PolicyModule>;
  /** For modules without metadata; those with metadata say it themselves. */
  readonly executionMode?: ExecutionModeFlag | undefined;
  readonly serveCapability: CapabilityServer;
  readonly limits: GuestLimits;
  /** For one evaluation, in milliseconds. */
  readonly timeoutMs: number;
  /** Threads that evaluate at the same time. */
  readonly workers: number;
  readonly log: Logger;
}

/**
 * Starts the evaluation of many policies, all or none.
 * @throws {StartupError} with everything that keeps policies from being used
 * @throws {KwctlError} `KWCTL_POLICY_INVALID`
 */
export async function startPolicies(options: StartPoliciesOptions): Promise<Evaluator> {
  const { definitions, modules, executionMode, serveCapability, limits, timeoutMs, workers, log } = options;
  for (const module of modules.values()) {
    if (module.metadata !== undefined) checkMinimumVersion(module.metadata);
    chooseExecutionMode(module, executionMode);
  }
  return await startEvaluator({
    policies: new Map(definitions.map(({ id, entry }) => [id, entry])),
    fetchModule: async (url) => {
      const module = modules.get(url);
      if (module === undefined) throw new Error(`module ${url} was not fetched`);
      return { bytes: module.bytes };
    },
    chooseMode: (bytes) => chooseExecutionMode(readPolicyModule(bytes), executionMode),
    workers,
    oneShot: workers === 1 && definitions.flatMap(membersOf).length === 1,
    defaultTimeoutMs: timeoutMs,
    serveCapability,
    limits,
    log,
  });
}

/** The same failure in words for the user: each policy with what is wrong. */
export function unusablePolicies(error: StartupError): KwctlError {
  const lines = error.failures.map(({ policyId, message }) => {
    const text = message.replace(/^bootstrap failure: /, "");
    return `${policyId}: ${text.replace(`${policyId}: `, "")}`;
  });
  return new KwctlError(`policies cannot be used:\n${lines.join("\n")}`, { code: "KWCTL_POLICY_FAILED" });
}
