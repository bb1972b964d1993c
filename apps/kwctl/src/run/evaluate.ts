import type { Logger } from "@kubewarden-ts/base";
import type { CapabilityServer } from "@kubewarden-ts/host-capabilities";
import { type Evaluation, StartupError, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import type { GuestLimits } from "@kubewarden-ts/policy-runtime";
import type { AdmissionResponse, ExecutionMode } from "@kubewarden-ts/protocol";
import { KwctlError } from "../errors.ts";
import { type PolicyModule, readPolicyModule } from "../policy-module.ts";
import type { PolicyDefinition } from "./policy-definition.ts";

export interface EvaluateOptions {
  readonly definition: PolicyDefinition;
  readonly form: "admission" | "raw";
  /** `{"request": …}` */
  readonly review: Uint8Array;
  readonly modules: ReadonlyMap<string, PolicyModule>;
  readonly modeOf: (module: PolicyModule) => ExecutionMode;
  readonly serveCapability: CapabilityServer;
  readonly limits: GuestLimits;
  /** For one evaluation, in milliseconds; `undefined` for none. */
  readonly timeoutMs: number | undefined;
  readonly log: Logger;
}

/**
 * Evaluates one request with one policy or group, as a server would.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for settings the policy refuses, `KWCTL_POLICY_FAILED`
 */
export async function evaluate(options: EvaluateOptions): Promise<AdmissionResponse> {
  const { definition, form, review } = options;
  await using evaluator = await start(options);
  const evaluation =
    form === "raw"
      ? await evaluator.raw(definition.id, review)
      : await evaluator.admission("validate", definition.id, review);
  return responseOf(evaluation);
}

async function start(options: EvaluateOptions) {
  const { definition, modules, modeOf, serveCapability, limits, timeoutMs, log } = options;
  const module = (url: string): PolicyModule => {
    const found = modules.get(url);
    if (found === undefined) throw new Error(`module ${url} was not fetched`);
    return found;
  };
  try {
    return await startEvaluator({
      policies: new Map([[definition.id, definition.entry]]),
      fetchModule: async (url) => ({ bytes: module(url).bytes }),
      chooseMode: (bytes) => modeOf(readPolicyModule(bytes)),
      workers: 1,
      oneShot: true,
      defaultTimeoutMs: timeoutMs,
      timeoutProtection: timeoutMs !== undefined,
      serveCapability,
      limits,
      log,
    });
  } catch (error) {
    throw error instanceof StartupError ? startupFailure(error) : error;
  }
}

function startupFailure({ failures }: StartupError): KwctlError {
  const others = failures.filter(({ kind }) => kind === "module" || kind === "capabilities");
  if (others.length > 0) {
    const message = others.map((failure) => failure.message.replace(/^bootstrap failure: /, "")).join("\n");
    return new KwctlError(message, { code: "KWCTL_POLICY_FAILED" });
  }
  const problems = failures.map(({ policyId, message }) => {
    const text = message.replace(/^Policy settings are invalid: /, "");
    return failures.length > 1 ? `${policyId}: ${text}` : text;
  });
  return new KwctlError(`Provided settings are not valid: ${problems.join(", ")}`, {
    code: "KWCTL_INPUT_INVALID",
  });
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
