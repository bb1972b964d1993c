import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { readUserText } from "../user-file.ts";
import { findFiles } from "./find-files.ts";
import { policyTitle, readPolicyFile, type ScanPolicy } from "./policy-resource.ts";

/**
 * Reads the policies of files and folders.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for what cannot be read, for two policies of one name, and when there is none
 */
export async function readPolicies(
  paths: readonly string[],
  options: { readonly hostCapabilities: readonly string[]; readonly defaultNamespace: string },
  files: FileSystem,
): Promise<ScanPolicy[]> {
  const policies = new Map<string, ScanPolicy>();
  for (const file of await findFiles(paths, (name) => /\.(?:ya?ml|json)$/i.test(name), files)) {
    const context = `Cannot open policy file ${JSON.stringify(file.path)}`;
    if (file.kind === "problem") throw invalidInput(`${context}: ${file.message}`);
    const text = await readUserText(files, file.path, context);
    for (const policy of readPolicyFile(text, { path: file.path, ...options })) {
      if (policies.has(policy.id)) {
        throw invalidInput(`${policyTitle(policy)} is defined twice, the second time in ${file.path}`);
      }
      policies.set(policy.id, policy);
    }
  }
  if (policies.size === 0)
    throw invalidInput(`no policy in ${paths.join(", ")}: expected resources of policies.kubewarden.io/v1`);
  return [...policies.values()];
}
