import type { FlagValues } from "@kubewarden-ts/cli";
import type { PolicyMetadata } from "@kubewarden-ts/protocol";
import type { KwctlDeps } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import type { sourcesFlags } from "../flags/sources.ts";
import type { verificationFlags } from "../flags/verification.ts";
import { locatePolicy } from "../locate-policy.ts";
import { notAnnotated } from "../policy-module.ts";
import { fetchModules } from "../run/modules.ts";
import { openModules } from "../store/open-modules.ts";
import type { RegistryDeps } from "../store/open-registries.ts";

type SourceFlags = FlagValues<typeof sourcesFlags & typeof verificationFlags>;

/** A policy's metadata, and the URI it is deployed by. */
export interface DescribedPolicy {
  readonly uri: string;
  readonly metadata: PolicyMetadata;
}

/**
 * Reads the metadata of the policy a user named; what is not in the store is pulled, and verified as for `run`.
 * @throws {KwctlError} also for a policy without metadata
 */
export async function describePolicy(
  name: string,
  flags: SourceFlags,
  deps: RegistryDeps & Pick<KwctlDeps, "policies">,
): Promise<DescribedPolicy> {
  const { policies, log } = deps;
  const { uri, pinned } = await locatePolicy(name, deps);
  if (pinned !== undefined) checkDeployable(uri);
  else if (/^(https?|registry):/.test(uri) && (await policies.find(uri)) === undefined) {
    log.info(`cannot find policy with uri: ${uri}, trying to pull it from remote registry`);
  }
  await using source = await openModules(flags, deps);
  const modules = await fetchModules([{ url: uri, pinned }], source.fetch);
  const metadata = modules.get(uri)?.metadata;
  if (metadata === undefined) throw notAnnotated(uri);
  return { uri, metadata };
}

/** The store keeps no queries: what it lists for one is no address that anybody can fetch. */
function checkDeployable(uri: string): void {
  if (!/^https?:.*\?/.test(uri)) return;
  throw invalidInput(
    `${uri} is not the whole address of the policy: name it by the address it was pulled from`,
  );
}
