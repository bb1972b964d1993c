import {
  type ExecutionMode,
  type PolicyMetadata,
  serverIncompatibility,
  toMetadata,
} from "@kubewarden-ts/protocol";

/** How a policy is run when its module says nothing: without metadata the defaults apply (policy-runtime 1.4). */
const unknownMetadata = toMetadata({ rules: [], mutating: false });

/** @param metadata - `undefined` for a module without */
export function executionModeOf(metadata: PolicyMetadata | undefined): ExecutionMode {
  return (metadata ?? unknownMetadata).executionMode;
}

/**
 * Why a server must not run a module: it needs a newer Kubewarden, or speaks another protocol (policy-runtime 1.4).
 * @param metadata - `undefined` for a module without
 * @returns `undefined` when nothing stands against it
 */
export function requirementProblem(metadata: PolicyMetadata | undefined): string | undefined {
  return serverIncompatibility(metadata ?? unknownMetadata);
}
