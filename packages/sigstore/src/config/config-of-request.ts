import type { Annotations, Constraint, VerificationConfig } from "./constraint.ts";

/** What a policy asks of an image's signatures, in the words of `@kubewarden-ts/host-capabilities`. */
export type SignatureRequest = { readonly annotations: Annotations } & (
  | { readonly kind: "public-keys"; readonly keys: readonly string[] }
  | { readonly kind: "keyless"; readonly identities: readonly { issuer: string; subject: string }[] }
  | { readonly kind: "keyless-prefix"; readonly identities: readonly { issuer: string; urlPrefix: string }[] }
  | { readonly kind: "github"; readonly owner: string; readonly repo: string | undefined }
  | {
      readonly kind: "certificate";
      readonly certificate: Uint8Array;
      readonly chain: readonly Uint8Array[] | undefined;
      readonly requireRekorBundle: boolean;
    }
);

/** The configuration that a host call stands for: all that it names must hold (kwctl-and-oci 15.4). */
export function configOfRequest(request: SignatureRequest): VerificationConfig {
  const annotations = Object.keys(request.annotations).length === 0 ? undefined : request.annotations;
  return { allOf: constraintsOf(request).map((constraint) => ({ ...constraint, annotations })) };
}

function constraintsOf(request: SignatureRequest): readonly Constraint[] {
  switch (request.kind) {
    case "public-keys":
      return request.keys.map((key) => ({ kind: "pubKey", key }));
    case "keyless":
      return request.identities.map(({ issuer, subject }) => ({
        kind: "genericIssuer",
        ...{ issuer, subject: { equal: subject } },
      }));
    case "keyless-prefix":
      return request.identities.map(({ issuer, urlPrefix }) => ({
        kind: "genericIssuer",
        ...{ issuer, subject: { urlPrefix } },
      }));
    case "github":
      return [{ kind: "githubAction", owner: request.owner, repo: request.repo }];
    case "certificate": {
      const { certificate, chain, requireRekorBundle } = request;
      return [{ kind: "certificate", certificate, chain, requireRekorBundle }];
    }
  }
}
