export { type VerificationFlags, verificationConfigOf } from "./config/config-of-flags.ts";
export { configOfRequest, type SignatureRequest } from "./config/config-of-request.ts";
export type {
  Annotations,
  CertificateConstraint,
  Constraint,
  FileConstraint,
  GenericIssuerConstraint,
  GithubActionConstraint,
  PubKeyConstraint,
  Subject,
  VerificationConfig,
} from "./config/constraint.ts";
export { parseVerificationConfig } from "./config/parse-config.ts";
export { SigstoreError, type SigstoreErrorCode } from "./errors.ts";
export type { SignatureReader } from "./image/find-signatures.ts";
export { createImageVerifier, type ImageVerifier, type ImageVerifierOptions } from "./image-verifier.ts";
export type { TufRepository } from "./trust/fetch-trusted-root.ts";
export { parseTrustedRoot, type TrustMaterial } from "./trust/trust-material.ts";
export {
  createTrustRoot,
  type PublicGoodOptions,
  type TrustConfigOptions,
  type TrustRoot,
  type TrustRootOptions,
} from "./trust/trust-root.ts";
export { type BundleQuestion, verifyBundle } from "./verify-bundle.ts";
