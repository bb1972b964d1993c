import { errorText } from "@kubewarden-ts/base";
import { isKubeError, type ReconcileResult } from "@kubewarden-ts/kube";
import { reconcileAuthority } from "./authority-secret.ts";
import type { CertificateDeps } from "./certificate-deps.ts";
import { leafWrites } from "./leaf-secrets.ts";
import { bundleWrites, type PendingWrite } from "./webhook-bundles.ts";

/** How often to look although nothing happened: certificates end by themselves. */
const intervalMs = 12 * 3_600_000;

/**
 * One pass over all certificates (controller.md 5): the authority first, then who trusts it, then what it signs, so that
 * at no time a server shows a certificate that the API server does not trust. One Secret or configuration that cannot be
 * written does not keep the others from it.
 * @throws {AggregateError} when something could not be written; the pass is to be made again
 * @throws {KubeError} `KUBE_CONFLICT` when only newer objects were in the way
 */
export async function reconcileCertificates(
  deps: CertificateDeps,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const authority = await reconcileAuthority(deps, signal);
  const failures = [
    ...(await runAll(bundleWrites(deps, authority, signal))),
    ...(await runAll(leafWrites(deps, authority, signal))),
  ];
  // somebody was faster: the next pass sees what they wrote
  const others = failures.filter((error) => !isKubeError(error, "KUBE_CONFLICT"));
  if (others.length > 0) {
    const texts = others.map(errorText).join("; ");
    throw new AggregateError(failures, `Failed to update certificates: ${texts}`);
  }
  if (failures.length > 0) throw failures[0];
  return { requeueAfterMs: intervalMs };
}

async function runAll(writes: readonly PendingWrite[]): Promise<unknown[]> {
  const failures: unknown[] = [];
  for (const write of writes) {
    try {
      await write();
    } catch (error) {
      failures.push(error);
    }
  }
  return failures;
}
