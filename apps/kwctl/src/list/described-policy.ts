import type { Logger } from "@kubewarden-ts/base";
import { errorText } from "@kubewarden-ts/base";
import type { PolicyFolder, StoredPolicy } from "@kubewarden-ts/policy-store";
import { readPolicyModule } from "../policy-module.ts";

/** What `kwctl policies` tells of a policy. */
export interface DescribedPolicy {
  readonly uri: string;
  /** nothing when the module was not annotated */
  readonly mutating: boolean | undefined;
  readonly contextAware: boolean;
  /** of the module: 64 hex digits */
  readonly sha256: string;
  /** in bytes */
  readonly size: number;
}

/** The policies of a store, by their URI; those that cannot be read are warned about. */
export async function describePolicies(policies: PolicyFolder, log: Logger): Promise<DescribedPolicy[]> {
  const described: DescribedPolicy[] = [];
  for (const policy of await policies.list()) {
    try {
      described.push(await describe(policy, policies));
    } catch (error) {
      log.warn("error processing metadata of policy", { policy: policy.uri, error: errorText(error) });
    }
  }
  return described;
}

async function describe(policy: StoredPolicy, policies: PolicyFolder): Promise<DescribedPolicy> {
  const { bytes, digest } = await policies.read(policy);
  const { metadata } = readPolicyModule(bytes);
  return {
    uri: policy.uri,
    mutating: metadata?.mutating,
    contextAware: (metadata?.contextAwareResources.length ?? 0) > 0,
    sha256: digest.slice("sha256:".length),
    size: bytes.length,
  };
}
