import type { Logger } from "@kubewarden-ts/base";
import {
  type Evaluation,
  type Evaluator,
  StartupError,
  startEvaluator,
} from "@kubewarden-ts/policy-evaluation";
import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import { KwctlError } from "../errors.ts";
import { type PolicyModule, readPolicyModule } from "../policy-module.ts";
import type { PolicyDefinition } from "./policy-definition.ts";
import type { PreparedRun, RunReview } from "./prepare-run.ts";

export interface EvaluateOptions {
  readonly prepared: PreparedRun;
  readonly log: Logger;
}

/**
 * Evaluates the request with one policy or group, as a server would.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for settings the policy refuses, `KWCTL_POLICY_FAILED`
 */
export async function evaluate(
  definition: PolicyDefinition,
  options: EvaluateOptions,
): Promise<AdmissionResponse> {
  const review = options.prepared.reviewOf(definition);
  await using evaluator = await start(definition, options);
  return await ask(evaluator, definition, review);
}

/** Has a policy or group that was started judge a request. */
export async function ask(
  evaluator: Evaluator,
  { id }: PolicyDefinition,
  { form, review }: RunReview,
): Promise<AdmissionResponse> {
  const evaluation =
    form === "raw" ? await evaluator.raw(id, review) : await evaluator.admission("validate", id, review);
  return responseOf(evaluation);
}

/**
 * Starts the evaluation of one policy or group; its settings are validated then.
 * @throws {StartupError} for settings the policy refuses, and whatever else keeps it from being used
 */
export async function openEvaluation(
  definition: PolicyDefinition,
  { prepared, log }: EvaluateOptions,
): Promise<Evaluator> {
  const { modules, modeOf, host, limits, timeoutMs } = prepared;
  const module = (url: string): PolicyModule => {
    const found = modules.get(url);
    if (found === undefined) throw new Error(`module ${url} was not fetched`);
    return found;
  };
  return await startEvaluator({
    policies: new Map([[definition.id, definition.entry]]),
    fetchModule: async (url) => ({ bytes: module(url).bytes }),
    chooseMode: (bytes) => modeOf(readPolicyModule(bytes)),
    workers: 1,
    oneShot: true,
    defaultTimeoutMs: timeoutMs,
    timeoutProtection: timeoutMs !== undefined,
    serveCapability: host.serve,
    limits,
    log,
  });
}

async function start(definition: PolicyDefinition, options: EvaluateOptions): Promise<Evaluator> {
  try {
    return await openEvaluation(definition, options);
  } catch (error) {
    throw error instanceof StartupError ? startupFailure(error) : error;
  }
}

function startupFailure(error: StartupError): KwctlError {
  const unusable = unusablePolicy(error);
  if (unusable !== undefined) return unusable;
  const problems = error.failures.map(({ policyId, message }) => {
    const text = settingsProblem(message);
    return error.failures.length > 1 ? `${policyId}: ${text}` : text;
  });
  return new KwctlError(`Provided settings are not valid: ${problems.join(", ")}`, {
    code: "KWCTL_INPUT_INVALID",
  });
}

/** What keeps a policy from being asked about its settings at all; `undefined` when nothing does. */
export function unusablePolicy({ failures }: StartupError): KwctlError | undefined {
  const others = failures.filter(({ kind }) => kind === "module" || kind === "capabilities");
  if (others.length === 0) return undefined;
  const message = others.map((failure) => failure.message.replace(/^bootstrap failure: /, "")).join("\n");
  return new KwctlError(message, { code: "KWCTL_POLICY_FAILED" });
}

/** The policy's own words about settings it refuses. */
export function settingsProblem(message: string): string {
  return message.replace(/^Policy settings are invalid: /, "");
}

function responseOf(evaluation: Evaluation): AdmissionResponse {
  switch (evaluation.kind) {
    case "response":
      return evaluation.response;
    case "malformed":
      throw new KwctlError(evaluation.message, { code: "KWCTL_INPUT_INVALID" });
    case "failed":
      throw evaluation.error;
    case "unknown-policy":
    case "invalid-policy-id":
      throw new KwctlError("the policy has a name that cannot be evaluated", { code: "KWCTL_POLICY_FAILED" });
  }
}
