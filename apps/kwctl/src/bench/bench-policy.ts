import type { Logger } from "@kubewarden-ts/base";
import { type Evaluator, StartupError } from "@kubewarden-ts/policy-evaluation";
import { KwctlError } from "../errors.ts";
import { ask, openEvaluation, settingsProblem, unusablePolicy } from "../run/evaluate.ts";
import type { PolicyDefinition } from "../run/policy-definition.ts";
import type { PreparedRun } from "../run/prepare-run.ts";

/** What is measured of a policy or group, in this order. */
export const benchLabels = ["validate_settings", "validate"] as const;
export type BenchLabel = (typeof benchLabels)[number];

/** A policy that is ready to be asked again and again. */
export interface BenchedPolicy extends AsyncDisposable {
  /** Does once what a label stands for. @throws {Error} when there is no answer */
  readonly work: Readonly<Record<BenchLabel, () => Promise<unknown>>>;
}

/**
 * Starts a policy or group; its settings are validated before anything is measured.
 * @throws {KwctlError} `[ID (URI)] - provided settings are not valid: …`
 */
export async function startBenchedPolicy(
  definition: PolicyDefinition,
  options: { readonly prepared: PreparedRun; readonly log: Logger },
): Promise<BenchedPolicy> {
  const request = options.prepared.reviewOf(definition);
  const evaluator = await start(definition, options);
  return {
    work: {
      validate_settings: () => validSettings(evaluator, definition.id),
      validate: () => ask(evaluator, definition, request),
    },
    [Symbol.asyncDispose]: () => evaluator[Symbol.asyncDispose](),
  };
}

async function validSettings(evaluator: Evaluator, id: string): Promise<void> {
  const problem = await evaluator.validateSettings(id);
  if (problem !== undefined) throw new KwctlError(problem, { code: "KWCTL_POLICY_FAILED" });
}

async function start(
  definition: PolicyDefinition,
  options: Parameters<typeof openEvaluation>[1],
): Promise<Evaluator> {
  try {
    return await openEvaluation(definition, options);
  } catch (error) {
    throw error instanceof StartupError ? startFailure(error, definition) : error;
  }
}

function startFailure(error: StartupError, { id, entry }: PolicyDefinition): KwctlError {
  const unusable = unusablePolicy(error);
  if (unusable !== undefined) return unusable;
  const problems = error.failures.map(({ policyId, message }) => {
    const member = entry.kind === "group" ? entry.policies[policyId.slice(id.length + 1)] : entry;
    const name = member === undefined ? policyId : `${policyId} (${member.module})`;
    return `[${name}] - provided settings are not valid: ${settingsProblem(message)}`;
  });
  return new KwctlError(problems.join("\n"), { code: "KWCTL_INPUT_INVALID" });
}
