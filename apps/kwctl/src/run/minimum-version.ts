import { KUBEWARDEN_VERSION, needsNewerVersion, type PolicyMetadata } from "@kubewarden-ts/protocol";
import { KwctlError } from "../errors.ts";

/** @throws {KwctlError} `KWCTL_POLICY_INVALID` when the policy needs a newer Kubewarden; patch levels do not count */
export function checkMinimumVersion(metadata: PolicyMetadata, running = KUBEWARDEN_VERSION): void {
  if (!needsNewerVersion(metadata, running)) return;
  const [major, minor] = (metadata.minimumKubewardenVersion ?? "").split(".");
  const required = `Policy required Kubewarden version ${major}.${minor}.0 or greater.`;
  throw new KwctlError(`${required} But it's running on ${running}`, { code: "KWCTL_POLICY_INVALID" });
}
