import type { KeyObject } from "node:crypto";
import type { SignerIdentity } from "../verify/signer-identity.ts";

/** A signature of an image: it says that it is about this image, and by whom it is shows when it is asked. */
export interface ImageSignature {
  /** The digest of what holds it, for people. */
  readonly origin: string;
  /** What the signer said besides. */
  readonly annotations: ReadonlyMap<string, string>;
  /**
   * Who signed by a certificate, with everything that speaks for it verified.
   * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` with the reason
   */
  identity(): SignerIdentity;
  /**
   * Verifies that a key signed; and that what a transparency log says, if there is anything and logs are known, is about
   * this signature and this key.
   * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` with the reason, `SIGSTORE_KEY_INVALID`
   */
  proofBy(key: KeyObject): KeyProof;
}

/** What is known of a signature that a key made. */
export interface KeyProof {
  /** Whether a transparency log that we trust has it. */
  readonly isLogged: boolean;
  /** When it was there already, as logs and time-stamping authorities vouch for it. */
  readonly times: readonly Date[];
}
