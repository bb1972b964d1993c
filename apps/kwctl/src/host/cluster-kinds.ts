import type { Logger } from "@kubewarden-ts/base";
import { createKubeClient, listServedKinds, loadClusterAccess, type ServedKinds } from "@kubewarden-ts/kube";

/** Somebody waits, and has an answer without a cluster too (kwctl-and-oci.md 7.4). */
const connectTimeoutMs = 1000;

/**
 * Asks the cluster that the environment configures for the kinds it serves.
 * @throws {KubeError} also when none is configured
 */
export async function clusterKinds(deps: {
  readonly env: NodeJS.ProcessEnv;
  readonly userAgent: string;
  readonly log: Logger;
}): Promise<ServedKinds> {
  const { env, userAgent, log } = deps;
  const access = await loadClusterAccess({ env });
  await using client = createKubeClient(access, { userAgent, log, connectTimeoutMs });
  return await listServedKinds(client);
}
