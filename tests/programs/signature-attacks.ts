import { createHash, type KeyObject } from "node:crypto";
import {
  bundleByKey,
  createTestKey,
  hashedRekord,
  payloadFor,
  signBytes,
} from "@kubewarden-ts/sigstore/testing";
import { FORMATS, pushBlob, pushManifest } from "../registry/push.ts";
import {
  putSignatureLayers,
  type SignatureLayer,
  type Signed,
  signatureLayers,
} from "../registry/signature-layers.ts";
import type { Registry } from "../registry/start-registry.ts";
import type { Claims, Fault } from "../support/sigstore-services.ts";

/** What an attacker has: a registry to write to, and signatures that others made of other images. */
export interface AttackGround {
  readonly registry: Registry;
  /** An image that was signed as it is to be. */
  readonly signed: Signed;
  /** Pushes an image that nobody has signed, with a module of its own. */
  push(name: string): Promise<Signed>;
  /** Signs an image by an authority that vouches for the claims. */
  signKeyless(image: Signed, claims: Partial<Claims>, fault?: Fault): Promise<void>;
  /** Has the transparency log take an entry, unseen. @returns it, as layers have it */
  log(entry: object): Promise<string>;
  /** The public key that is trusted. */
  readonly trustedKey: KeyObject;
}

/** Makes an image that must be refused. */
export type Attack = (ground: AttackGround, name: string) => Promise<Signed>;

const signature = "dev.cosignproject.cosign/signature";
const certificate = "dev.sigstore.cosign/certificate";
const bundle = "dev.sigstore.cosign/bundle";

/** Each with what is told of it. */
export const attacks: readonly (readonly [name: string, reason: RegExp, attack: Attack])[] = [
  [
    "copied-certificate",
    /: signature mismatch/,
    layered(async (ground, target) => {
      const [copied] = await signatureLayers(ground.registry, ground.signed);
      const payload = payloadOf(target);
      const forged = signBytes(createTestKey().privateKey, payload).toString("base64");
      return [{ payload, annotations: { ...copied?.annotations, [signature]: forged } }];
    }),
  ],
  [
    "other-payload",
    /: (?:digest|signature) mismatch/,
    layered(async (ground, target) => {
      const [copied] = await signatureLayers(ground.registry, ground.signed);
      return [{ payload: payloadOf(target), annotations: { ...copied?.annotations } }];
    }),
  ],
  [
    "other-digest",
    /the payload is about another image/,
    layered(({ registry, signed }) => signatureLayers(registry, signed)),
  ],
  [
    "swapped-entry",
    /: signature mismatch/,
    layered(async (ground, target) => {
      const [own] = await signedElsewhere(ground, target);
      // A later one: at its time, the certificate is still valid.
      const [other] = await signedElsewhere(ground, await ground.push("another"));
      const annotations = { ...own?.annotations, [bundle]: other?.annotations[bundle] ?? "" };
      return [{ payload: own?.payload ?? Buffer.of(), annotations }];
    }),
  ],
  [
    "own-entry",
    /signature verification failed/,
    layered(async (ground, target) => {
      // The log takes an attacker at his word: the entry is about his signature, and says it is the victim's.
      const [copied] = await signatureLayers(ground.registry, ground.signed);
      const payload = payloadOf(target);
      const forged = signBytes(createTestKey().privateKey, payload);
      const entry = await ground.log(hashedRekord(payload, forged, copied?.annotations[certificate] ?? ""));
      const own = { [signature]: forged.toString("base64"), [bundle]: entry };
      return [{ payload, annotations: { ...copied?.annotations, ...own } }];
    }),
  ],
  ["expired", /certificate is not valid or expired at the specified date/, signedBy({}, "expired")],
  [
    "wrong-identity",
    /the signer is \\*"https:\/\/github\.com\/mallory\//,
    signedBy({ sub: "https://github.com/mallory/policies/.github/workflows/release.yml@refs/heads/main" }),
  ],
  [
    "wrong-issuer",
    /the issuer is \\*"https:\/\/issuer\.mallory\\*"/,
    signedBy({ iss: "https://issuer.mallory" }),
  ],
  [
    "prefix-trick",
    /the signer is \\*"https:\/\/github\.com\/acme-evil\//,
    signedBy({ sub: "https://github.com/acme-evil/policies/.github/workflows/release.yml@refs/heads/main" }),
  ],
  ["missing-sct", /expected 1 SCTs, got 0/, signedBy({}, "no-sct")],
  ["unknown-authority", /no valid certificate path found/, signedBy({}, "unknown-authority")],
  [
    "key-confusion",
    /the signature was not made with the key/,
    async (ground, name) => {
      const target = await ground.push(name);
      await putBundleNamingKey(ground, target);
      return target;
    },
  ],
  [
    "downgraded-media-type",
    /a layer is of type \\*"application\/vnd\.oci\.image\.layer/,
    layered(async (ground, target) => {
      const layers = await signedElsewhere(ground, target);
      return layers.map((layer) => ({ ...layer, mediaType: FORMATS.oci.layer }));
    }),
  ],
];

/** An attack that puts layers beside an image. */
function layered(
  forge: (ground: AttackGround, target: Signed) => Promise<readonly SignatureLayer[]>,
): Attack {
  return async (ground, name) => {
    const target = await ground.push(name);
    await putSignatureLayers(ground.registry, target, await forge(ground, target));
    return target;
  };
}

function signedBy(claims: Partial<Claims>, fault?: Fault): Attack {
  return async (ground, name) => {
    const target = await ground.push(name);
    await ground.signKeyless(target, claims, fault);
    return target;
  };
}

/** The layers of a right signature of the same image, which lie in another repository. */
async function signedElsewhere(
  ground: AttackGround,
  { repository, digest }: Signed,
): Promise<SignatureLayer[]> {
  const copy = await ground.push(`elsewhere/${repository}`);
  if (copy.digest !== digest) throw new Error("the copy is another image");
  await ground.signKeyless(copy, {});
  return await signatureLayers(ground.registry, copy);
}

function payloadOf({ digest }: Signed): Buffer {
  return Buffer.from(payloadFor(digest));
}

/** A bundle that says it was made with the trusted key, and was made with another one. */
async function putBundleNamingKey(
  { registry, trustedKey }: AttackGround,
  { repository, digest }: Signed,
): Promise<void> {
  const made = await bundleByKey(digest, { key: createTestKey() });
  const spki = trustedKey.export({ format: "der", type: "spki" });
  const publicKey = { hint: createHash("sha256").update(spki).digest("base64") };
  const forged = { ...made, verificationMaterial: { publicKey, tlogEntries: [] } };
  const put = (bytes: Buffer, mediaType: string) => pushBlob(registry, { repository, bytes, mediaType });
  const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
  const layer = await put(Buffer.from(JSON.stringify(forged)), bundleType);
  const config = await put(Buffer.from("{}"), "application/vnd.oci.empty.v1+json");
  const { manifest: mediaType, index: indexType } = FORMATS.oci;
  const subject = { mediaType, digest, size: 1 };
  const manifest = {
    schemaVersion: 2,
    mediaType,
    artifactType: bundleType,
    config,
    layers: [layer],
    subject,
  };
  const referrer = await pushManifest(registry, { repository, mediaType, manifest });
  await pushManifest(registry, {
    ...{ repository, tag: digest.replace(":", "-"), mediaType: indexType },
    manifest: { schemaVersion: 2, mediaType: indexType, manifests: [referrer] },
  });
}
