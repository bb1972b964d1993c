import type { KwctlDeps } from "../define-command.ts";
import { localPolicy, locatePolicy } from "../locate-policy.ts";
import { type PolicyModule, readPolicyModule } from "../policy-module.ts";
import { readUserFile } from "../user-file.ts";

/**
 * The module of a policy on this machine, named in any way of kwctl-and-oci.md 3.3; nothing is downloaded.
 * @returns the module, and the URL of the policy
 * @throws {KwctlError} `KWCTL_POLICY_NOT_FOUND`, `KWCTL_INPUT_INVALID`, `KWCTL_POLICY_INVALID`
 * @throws {StoreError}
 */
export async function readLocalPolicy(
  name: string,
  { files, policies }: Pick<KwctlDeps, "files" | "policies">,
): Promise<{ module: PolicyModule; url: string }> {
  const located = await locatePolicy(name, { files, policies });
  const found = await localPolicy(located, policies);
  const url = located.uri;
  const bytes =
    found.kind === "stored"
      ? (await policies.read(found.policy)).bytes
      : await readUserFile(files, found.path, `Cannot find policy with uri: ${url}`);
  return { module: readPolicyModule(bytes), url };
}
