import type { ExecutionMode } from "@kubewarden-ts/protocol";
import { KwctlError } from "../errors.ts";
import type { PolicyModule } from "../policy-module.ts";

/** What `--execution-mode` understands. */
export type ExecutionModeFlag = "opa" | "gatekeeper" | "kubewarden" | "kubewarden-wapc" | "wasi";

/**
 * How a module is run (policy-runtime.md 1.5).
 * @param flag - `undefined` when the user did not say
 * @throws {KwctlError} `KWCTL_POLICY_INVALID` when metadata, flag and module contradict each other
 */
export function chooseExecutionMode(
  { metadata, isRego }: Pick<PolicyModule, "metadata" | "isRego">,
  flag: ExecutionModeFlag | undefined,
): ExecutionMode {
  const wanted = flag === "kubewarden" ? "kubewarden-wapc" : flag;
  if (metadata !== undefined) {
    if (wanted === undefined || wanted === metadata.executionMode) return metadata.executionMode;
    throw wrong(
      "The policy execution mode specified via CLI flag is different from the one reported inside of policy's " +
        `metadata. Metadata reports ${metadata.executionMode} instead of ${wanted}`,
    );
  }
  if (wanted === undefined) {
    if (!isRego) return "kubewarden-wapc";
    throw wrong("The policy has been created with Rego, please specify which Opa runtime has to be used");
  }
  const wantsRego = wanted === "opa" || wanted === "gatekeeper";
  if (wantsRego === isRego) return wanted;
  throw wrong(
    `The policy has ${isRego ? "" : "not "}been created with Rego, ` +
      "the policy execution mode specified via CLI flag is wrong",
  );
}

function wrong(message: string): KwctlError {
  return new KwctlError(message, { code: "KWCTL_POLICY_INVALID" });
}
