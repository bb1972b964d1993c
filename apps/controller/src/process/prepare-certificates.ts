import { errorText } from "@kubewarden-ts/base";
import { authoritySecretName } from "../certificates/ca-bundle.ts";
import { reconcileCertificates } from "../certificates/reconcile-certificates.ts";
import type { ControllerContext } from "../context.ts";

/**
 * Makes sure that there is a certificate authority before anybody asks for one: the first pass over the certificates, and
 * the wait until the view has it. What fails here is made again by the controller of the certificates.
 */
export async function prepareCertificates(context: ControllerContext, signal: AbortSignal): Promise<void> {
  try {
    await reconcileCertificates(context, signal);
    await untilAuthorityIsSeen(context, signal);
  } catch (error) {
    signal.throwIfAborted();
    context.log.error("Failed to update certificates", { error: errorText(error) });
  }
}

async function untilAuthorityIsSeen(
  { view, config }: Pick<ControllerContext, "view" | "config">,
  signal: AbortSignal,
): Promise<void> {
  const name = { name: authoritySecretName, namespace: config.deploymentsNamespace };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = (): void => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const look = (): void => {
    if (view.secrets.get(name) !== undefined) resolve();
  };
  const end = view.secrets.onChange(look);
  try {
    if (signal.aborted) stop();
    look();
    await promise;
  } finally {
    end();
    signal.removeEventListener("abort", stop);
  }
}
