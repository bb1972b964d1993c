import { type ClusterAccess, isKubeError, loadClusterAccess } from "@kubewarden-ts/kube";

/**
 * Finds the cluster as upstream's scanner does (audit-and-reports.md 1.2): `KUBECONFIG` wins over the service account of
 * the Pod, which wins over `~/.kube/config`.
 * @throws {KubeError} `KUBE_CONFIG_INVALID`
 */
export async function loadScannerAccess(env: NodeJS.ProcessEnv): Promise<ClusterAccess> {
  if (!env["KUBECONFIG"] && env["KUBERNETES_SERVICE_HOST"]) {
    const { HOME: _home, USERPROFILE: _profile, ...ofPod } = env;
    try {
      return await loadClusterAccess({ env: ofPod });
    } catch (error) {
      if (!isKubeError(error)) throw error;
    }
  }
  return await loadClusterAccess({ env });
}
