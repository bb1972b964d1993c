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

/** Stands in where signatures cannot be checked: nothing is trusted. */
export const verificationNotAvailable: VerificationDeps = {
  verifyImage: () =>
    Promise.reject(new Error("Image verification failed: signatures cannot be verified by this version")),
};
