import type { PolicyMetadata } from "./metadata.ts";
import { KUBEWARDEN_VERSION } from "./version.ts";

/**
 * Whether the policy needs a newer Kubewarden than the running one. Major and minor are compared, nothing else.
 * @param runningVersion - `X.Y.Z`
 */
export function needsNewerVersion(metadata: PolicyMetadata, runningVersion = KUBEWARDEN_VERSION): boolean {
  const { minimumKubewardenVersion } = metadata;
  if (minimumKubewardenVersion === undefined) return false;
  const [major, minor] = majorMinor(minimumKubewardenVersion);
  const [runningMajor, runningMinor] = majorMinor(runningVersion);
  return major === runningMajor ? minor > runningMinor : major > runningMajor;
}

/**
 * Why a server must not run a policy (policy-runtime 1.4).
 * @param runningVersion - `X.Y.Z`
 * @returns the message, or `undefined` when nothing stands against it
 */
export function serverIncompatibility(
  metadata: PolicyMetadata,
  runningVersion = KUBEWARDEN_VERSION,
): string | undefined {
  if (needsNewerVersion(metadata, runningVersion)) {
    const required = withoutPatch(metadata.minimumKubewardenVersion ?? "");
    return `Policy required Kubewarden version ${required} but is running on ${withoutPatch(runningVersion)}`;
  }
  if (metadata.executionMode !== "kubewarden-wapc" || metadata.protocolVersion === "v1") return undefined;
  return metadata.protocolVersion === undefined
    ? "Policy is missing protocol version, which is required for KubewardenWapc execution mode"
    : `Policy uses protocol version ${metadata.protocolVersion} but only V1 is supported`;
}

function withoutPatch(version: string): string {
  return `${majorMinor(version).join(".")}.0`;
}

function majorMinor(version: string): [major: bigint, minor: bigint] {
  const [major = "0", minor = "0"] = version.split(".");
  return [BigInt(major), BigInt(minor)];
}
