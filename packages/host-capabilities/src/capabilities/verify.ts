import { StringMap } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { defineCapability, jsonAnswer } from "../capability.ts";
import type { VerificationRequest } from "../verification.ts";

// policy-runtime 5.5. Guests send `null` for what they leave out; Go's SDK also sends it for empty lists.

const annotations = v.nullish(StringMap, {});
const shared = { image: v.string(), annotations };
const listOf = <Item extends v.GenericSchema>(item: Item) => v.nullish(v.array(item), []);
const bytes = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  v.transform((numbers) => Uint8Array.from(numbers)),
);

const PublicKeys = v.object({ ...shared, pub_keys: listOf(v.string()) });
const Keyless = v.object({
  ...shared,
  keyless: listOf(v.object({ issuer: v.string(), subject: v.string() })),
});
const KeylessPrefix = v.object({
  ...shared,
  keyless_prefix: listOf(v.object({ issuer: v.string(), url_prefix: v.string() })),
});
const Github = v.object({ ...shared, owner: v.string(), repo: v.nullish(v.string()) });
const Certificate = v.object({
  ...shared,
  certificate: bytes,
  certificate_chain: v.nullish(v.array(bytes)),
  require_rekor_bundle: v.boolean(),
});

const PublicKeysV2 = v.object({ type: v.literal("SigstorePubKeyVerify"), ...PublicKeys.entries });
const KeylessV2 = v.object({ type: v.literal("SigstoreKeylessVerify"), ...Keyless.entries });
const KeylessPrefixV2 = v.object({
  type: v.literal("SigstoreKeylessPrefixVerify"),
  ...KeylessPrefix.entries,
});
const GithubV2 = v.object({ type: v.literal("SigstoreGithubActionsVerify"), ...Github.entries });
const CertificateV2 = v.object({ type: v.literal("SigstoreCertificateVerify"), ...Certificate.entries });

const VerifyV1 = v.union([
  v.strictObject({ SigstorePubKeyVerify: PublicKeys }),
  v.strictObject({ SigstoreKeylessVerify: Keyless }),
]);
const VerifyV2 = v.variant("type", [PublicKeysV2, KeylessV2, KeylessPrefixV2, GithubV2, CertificateV2]);

/** `oci/v1/verify`: by public keys or exact identities; answers `{"is_trusted": true, "digest": "sha256:…"}`. */
export const verifyV1 = defineCapability({
  path: "oci/v1/verify",
  input: VerifyV1,
  async run(input, { verifyImage }, signal) {
    const request =
      "SigstorePubKeyVerify" in input
        ? publicKeys(input.SigstorePubKeyVerify)
        : keyless(input.SigstoreKeylessVerify);
    return trusted(await verifyImage(request, signal));
  },
});

/** `oci/v2/verify`: the same, and by prefixes of identities, by GitHub repository, by certificate. */
export const verifyV2 = defineCapability({
  path: "oci/v2/verify",
  input: VerifyV2,
  async run(input, { verifyImage }, signal) {
    return trusted(await verifyImage(requestOf(input), signal));
  },
});

/** A failed verification is an error: this is all that can be said of one that succeeded. */
function trusted({ digest }: { digest: string }) {
  return jsonAnswer({ is_trusted: true, digest });
}

function requestOf(input: v.InferOutput<typeof VerifyV2>): VerificationRequest {
  switch (input.type) {
    case "SigstorePubKeyVerify":
      return publicKeys(input);
    case "SigstoreKeylessVerify":
      return keyless(input);
    case "SigstoreKeylessPrefixVerify":
      return keylessPrefix(input);
    case "SigstoreGithubActionsVerify":
      return github(input);
    case "SigstoreCertificateVerify":
      return certificate(input);
  }
}

function publicKeys({
  image,
  annotations,
  pub_keys: keys,
}: v.InferOutput<typeof PublicKeys>): VerificationRequest {
  if (keys.length === 0) throw new Error("Must provide at least one pub key");
  return { kind: "public-keys", image, annotations, keys };
}

function keyless({ image, annotations, keyless }: v.InferOutput<typeof Keyless>): VerificationRequest {
  if (keyless.length === 0) throw new Error("Must provide keyless info");
  return { kind: "keyless", image, annotations, identities: keyless };
}

function keylessPrefix({
  image,
  annotations,
  keyless_prefix,
}: v.InferOutput<typeof KeylessPrefix>): VerificationRequest {
  if (keyless_prefix.length === 0) throw new Error("Must provide keyless info");
  const identities = keyless_prefix.map(({ issuer, url_prefix }) => ({
    issuer,
    urlPrefix: prefixUrl(url_prefix),
  }));
  return { kind: "keyless-prefix", image, annotations, identities };
}

/** A prefix ends at a slash, so that `https://host/acme` does not let `https://host/acme-evil` in. */
function prefixUrl(text: string): string {
  if (!URL.canParse(text)) throw new Error(`Invalid url_prefix: ${JSON.stringify(text)} is not a URL`);
  const { href } = new URL(text);
  return href.endsWith("/") ? href : `${href}/`;
}

function github({ image, annotations, owner, repo }: v.InferOutput<typeof Github>): VerificationRequest {
  if (owner === "") throw new Error("Must provide owner info");
  return { kind: "github", image, annotations, owner, repo: repo ?? undefined };
}

function certificate(input: v.InferOutput<typeof Certificate>): VerificationRequest {
  const { image, annotations, certificate, certificate_chain, require_rekor_bundle } = input;
  return {
    kind: "certificate",
    image,
    annotations,
    certificate,
    chain: certificate_chain ?? undefined,
    requireRekorBundle: require_rekor_bundle,
  };
}
