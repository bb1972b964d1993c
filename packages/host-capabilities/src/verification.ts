import { hash } from "node:crypto";
import { createLookUpCache, deferred, type Logger } from "@kubewarden-ts/base";
import { formatReference, parseReference } from "@kubewarden-ts/oci";
import type { ImageVerifier } from "@kubewarden-ts/sigstore";

/** What an image is to be signed by (policy-runtime 5.5). Everything named must hold. */
export type VerificationRequest = {
  readonly image: string;
  readonly annotations: Readonly<Record<string, string>>;
} & (
  | { readonly kind: "public-keys"; readonly keys: readonly string[] }
  | { readonly kind: "keyless"; readonly identities: readonly { issuer: string; subject: string }[] }
  | { readonly kind: "keyless-prefix"; readonly identities: readonly { issuer: string; urlPrefix: string }[] }
  | { readonly kind: "github"; readonly owner: string; readonly repo: string | undefined }
  | {
      readonly kind: "certificate";
      /** PEM */
      readonly certificate: Uint8Array;
      /** PEM, the root last; `undefined` trusts the certificate itself. */
      readonly chain: readonly Uint8Array[] | undefined;
      readonly requireRekorBundle: boolean;
    }
);

export interface VerificationDeps {
  /**
   * Checks the signatures of an image.
   * @returns the digest of the manifest that is signed
   * @throws {Error} when anything of the request does not hold, or cannot be checked
   */
  readonly verifyImage: (
    request: VerificationRequest,
    signal: AbortSignal | undefined,
  ) => Promise<{ digest: string }>;
}

/**
 * The same verifier, which tells the log why signatures do not count: its errors have upstream's texts, which do not say.
 */
export function tellReasons(verifier: ImageVerifier, log: Logger): ImageVerifier {
  return {
    async verify(reference, config, options) {
      try {
        return await verifier.verify(reference, config, options);
      } catch (error) {
        const image = options.name ?? formatReference(reference);
        for (const reason of reasonsOf(error)) {
          log.warn("a signature does not count", { image, reason: String(reason) });
        }
        throw error;
      }
    },
  };
}

function reasonsOf(error: unknown): readonly unknown[] {
  const reasons = error instanceof Error && "reasons" in error ? error.reasons : undefined;
  return Array.isArray(reasons) ? reasons : [];
}

/** For how long a verification that succeeded holds (policy-runtime 5.9). */
const keptMs = 60_000;
const maxEntries = 500;

/**
 * Verifies images for all policies together: who asks the same within a minute gets the same answer, and who asks at the
 * same time shares the work. Failures are not kept.
 * @param options.openVerifier - called when somebody asks first
 * @param options.now - a clock in milliseconds
 */
export function createImageVerification({
  openVerifier,
  now,
}: {
  openVerifier: () => Promise<ImageVerifier>;
  now: () => number;
}): VerificationDeps {
  const verifier = deferred(openVerifier);
  const cache = createLookUpCache<{ digest: string }>({ now, maxEntries, successMs: keptMs, failureMs: 0 });
  return {
    async verifyImage(request, signal) {
      const reference = parseReference(request.image);
      const verify = async (shared: AbortSignal) => {
        const { configOfRequest } = await import("@kubewarden-ts/sigstore");
        return await (await verifier()).verify(reference, configOfRequest(request), { signal: shared });
      };
      return await cache.get(keyOf(formatReference(reference), request), verify, { signal });
    },
  };
}

/** Of all that a verification depends on: questions that differ in anything have different keys. */
function keyOf(image: string, { image: _, annotations, ...asked }: VerificationRequest): string {
  const sorted = Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1));
  const question = JSON.stringify([image, sorted, asked], (_name, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
  );
  return hash("sha256", question);
}
