import { type Clock, errorText, type Logger } from "@kubewarden-ts/base";
import { formatReference, type ImageReference } from "@kubewarden-ts/oci";
import type { Constraint, VerificationConfig } from "./config/constraint.ts";
import { SigstoreError } from "./errors.ts";
import { bundleSignature } from "./image/bundle-signature.ts";
import { checkConfig } from "./image/check-config.ts";
import { type FoundSignatures, findSignatures, type SignatureReader } from "./image/find-signatures.ts";
import type { ImageSignature } from "./image/image-signature.ts";
import { layerSignature } from "./image/layer-signature.ts";
import type { TrustMaterial } from "./trust/trust-material.ts";
import type { TrustRoot } from "./trust/trust-root.ts";

export interface ImageVerifier {
  /**
   * Checks that an image is signed as a configuration asks (kwctl-and-oci 14 to 16).
   * @param options.name - the image as errors call it; its reference unless told
   * @returns the digest of the manifest or index that is signed, as `<algorithm>:<hex>`: what is used must be read by it
   * @throws {SigstoreError} `SIGSTORE_NO_SIGNATURES`, `SIGSTORE_UNTRUSTED`, `SIGSTORE_UNSATISFIED` with upstream's texts
   * and the reasons beside them, `SIGSTORE_TRUST_ROOT_UNAVAILABLE`
   * @throws {OciError} what is wrong with the registry when the image itself is asked for
   */
  verify(
    reference: ImageReference,
    config: VerificationConfig,
    options: { signal: AbortSignal; name?: string },
  ): Promise<{ digest: string }>;
}

export interface ImageVerifierOptions {
  readonly client: SignatureReader;
  /** Loaded only when a configuration or a signature needs it. */
  readonly trustRoot: TrustRoot;
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
}

/** @example await createImageVerifier({ client, trustRoot, clock, log }).verify(reference, config, { signal }) */
export function createImageVerifier({ client, trustRoot, clock, log }: ImageVerifierOptions): ImageVerifier {
  /** The trust root where it is needed; where it would only tell more, and cannot be had, nothing. */
  const trustFor = async (
    config: VerificationConfig,
    found: FoundSignatures,
    signal: AbortSignal,
  ): Promise<TrustMaterial | undefined> => {
    if (constraintsOf(config).some(needsTrust)) return await trustRoot.load(signal);
    if (!isLogged(found)) return undefined;
    try {
      return await trustRoot.load(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof SigstoreError)) throw error;
      log.warn("there is no Sigstore trust root: entries of transparency logs are not looked at", {
        error: errorText(error),
      });
      return undefined;
    }
  };

  const trusted = (
    { layers, bundles, problems, unreadable }: FoundSignatures,
    options: { imageDigest: string; trust: TrustMaterial | undefined },
  ): { signatures: ImageSignature[]; reasons: readonly string[] } => {
    const reasons = [...reasonsOf(problems), ...unreadable];
    const keep = (origin: string, make: () => ImageSignature): ImageSignature[] => {
      try {
        return [make()];
      } catch (error) {
        if (!(error instanceof SigstoreError)) throw error;
        reasons.push(`${origin}: ${errorText(error)}`);
        return [];
      }
    };
    const signatures = [
      ...layers.flatMap((layer) => keep(layer.digest, () => layerSignature(layer, options))),
      ...bundles.flatMap(({ origin, bundle }) =>
        keep(origin, () => bundleSignature(bundle, { origin, ...options })),
      ),
    ];
    return { signatures, reasons };
  };

  /** @returns why those signatures do not count that are not needed */
  const check = async (
    found: FoundSignatures,
    { config, digest, name, signal }: Checked,
  ): Promise<readonly string[]> => {
    if (isNothing(found)) throw noSignatures(name, reasonsOf(found.problems));
    const trust = await trustFor(config, found, signal);
    const { signatures, reasons } = trusted(found, { imageDigest: digest, trust });
    if (signatures.length === 0) throw untrusted(reasons);
    try {
      await checkConfig(config, signatures, { nowMs: clock.now(), log, signal });
    } catch (error) {
      throw error instanceof SigstoreError ? withReasons(error, reasons) : error;
    }
    return reasons;
  };

  return {
    async verify(reference, config, { signal, name = formatReference(reference) }) {
      const digest = await client.fetchDigest(reference, { signal });
      const found = await findSignatures(reference, digest, { client, signal });
      try {
        tellLeftOut(found, await check(found, { config, digest, name, signal }), log);
      } catch (error) {
        throw error instanceof SigstoreError ? withPassedOver(error, found) : error;
      }
      return { digest };
    },
  };
}

interface Checked {
  readonly config: VerificationConfig;
  /** of the image */
  readonly digest: string;
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Of an image that is signed as it is to be; an error has the same in its reasons. */
function tellLeftOut(
  { problems, passedOver }: FoundSignatures,
  reasons: readonly string[],
  log: Logger,
): void {
  for (const problem of problems) log.warn("signatures cannot be read", problem);
  // the first ones are of the problems
  for (const reason of reasons.slice(problems.length)) log.info("a signature is left out", { reason });
  if (passedOver === undefined) return;
  const { total, lookedAt } = passedOver;
  log.warn("of what refers to an image, only a part is looked at", { total, looked_at: lookedAt });
}

function reasonsOf(problems: FoundSignatures["problems"]): string[] {
  return problems.map(({ place, error }) => `${place}: ${error}`);
}

function constraintsOf({ allOf = [], anyOf }: VerificationConfig): readonly Constraint[] {
  return [...allOf, ...(anyOf?.signatures ?? [])];
}

function needsTrust(constraint: Constraint): boolean {
  switch (constraint.kind) {
    case "pubKey":
      return false;
    case "certificate":
      return constraint.requireRekorBundle;
    case "genericIssuer":
    case "githubAction":
      return true;
  }
}

function isLogged({ layers, bundles }: FoundSignatures): boolean {
  return (
    layers.some(({ promise }) => promise !== undefined) ||
    bundles.some(({ bundle }) => bundle.verificationMaterial.tlogEntries.length > 0)
  );
}

function isNothing({ layers, bundles, unreadable }: FoundSignatures): boolean {
  return layers.length + bundles.length + unreadable.length === 0;
}

function noSignatures(name: string, reasons: readonly string[]): SigstoreError {
  // the blank at the end is upstream's
  const message = `no signatures found for image: ${name} `;
  return new SigstoreError(message, { code: "SIGSTORE_NO_SIGNATURES", reasons });
}

function untrusted(reasons: readonly string[]): SigstoreError {
  const message = "failed to get image trusted layers: No Signature Layer passed verification";
  return new SigstoreError(message, { code: "SIGSTORE_UNTRUSTED", reasons });
}

/** Who refuses an image says that it may have been signed all the same. Upstream looks at no referrers at all. */
function withPassedOver(error: SigstoreError, { passedOver }: FoundSignatures): SigstoreError {
  const { message, code, reasons } = error;
  if (passedOver === undefined || code === "SIGSTORE_TRUST_ROOT_UNAVAILABLE") return error;
  const { total, lookedAt } = passedOver;
  const part = `Of ${total} manifests that refer to the image, ${lookedAt} were looked at`;
  const remedy =
    "remove those that are no signatures, or copy the image and its signatures to a repository of their own";
  return new SigstoreError(`${message.replace(/\n$/, "")}\n${part}: ${remedy}`, { code, reasons });
}

function withReasons(error: SigstoreError, others: readonly string[]): SigstoreError {
  const { message, code, reasons } = error;
  return new SigstoreError(message, { code, reasons: [...others, ...reasons] });
}
