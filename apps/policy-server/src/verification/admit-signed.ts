import { deferred, type Logger, systemClock } from "@kubewarden-ts/base";
import { tellReasons } from "@kubewarden-ts/host-capabilities";
import type { Platform, RegistryClient } from "@kubewarden-ts/oci";
import { type AdmitImage, admitVerified } from "@kubewarden-ts/policy-store";
import type { TrustRoot, VerificationConfig } from "@kubewarden-ts/sigstore";

/** What the images of policies are to be signed by. */
export interface RequiredSignatures {
  readonly config: VerificationConfig;
  readonly trustRoot: TrustRoot;
}

/** Admits the images that are signed as the configuration says (policy-server 2.4). */
export function admitSigned(
  { config, trustRoot }: RequiredSignatures,
  { client, platform, log }: { client: RegistryClient; platform: Platform; log: Logger },
): AdmitImage {
  const verifier = deferred(async () => {
    const { createImageVerifier } = await import("@kubewarden-ts/sigstore");
    return tellReasons(createImageVerifier({ client, trustRoot, clock: systemClock, log }), log);
  });
  return admitVerified({
    verify: async (reference, options) => (await verifier()).verify(reference, config, options),
    ...{ client, platform },
  });
}
