import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ImageUnderTest, startImage } from "../../fixtures/image-under-test.ts";
import { alice, byAlice, otherKey, trusting } from "../../fixtures/signers.ts";
import { layerAnnotations as names } from "../simple-signing/layer.ts";
import {
  createPrivateSigstore,
  hashedRekord,
  layerByIdentity,
  layerByKey,
  type PrivateSigstore,
  payloadFor,
  promiseText,
  type SignedLayer,
  signBytes,
} from "../testing/index.ts";

const otherDigest = `sha256:${"0".repeat(64)}`;
const mallory = { ...alice, subject: "mallory@example.com" };

let sigstore: PrivateSigstore;
let image: ImageUnderTest;

beforeAll(async () => {
  sigstore = await createPrivateSigstore();
});
beforeEach(async () => {
  image = await startImage();
});
afterEach(() => image[Symbol.asyncDispose]());

/** The layer with other annotations. */
function changed(layer: SignedLayer, annotations: Readonly<Record<string, string>>): SignedLayer {
  return { ...layer, annotations: { ...layer.annotations, ...annotations } };
}

/** Signed by a key of the attacker's own. */
function forged(digest: string): { payload: string; signature: Buffer } {
  const payload = payloadFor(digest);
  return { payload, signature: signBytes(otherKey.privateKey, Buffer.from(payload)) };
}

type Attack = [name: string, reason: RegExp, make: (digest: string) => Promise<SignedLayer>];

const layerAttacks: readonly Attack[] = [
  [
    "copied certificate: with its entry, on a payload that somebody else signed",
    /the entry of the transparency log is about another signature: signature mismatch/,
    async (digest) => {
      const real = await layerByIdentity(otherDigest, { sigstore, identity: alice });
      const { payload, signature } = forged(digest);
      return changed({ ...real, payload }, { [names.signature]: signature.toString("base64") });
    },
  ],
  [
    "copied certificate: with a new entry that names it",
    /the signature was not made with the key of the certificate/,
    async (digest) => {
      const real = await layerByIdentity(otherDigest, { sigstore, identity: alice });
      const { payload, signature } = forged(digest);
      const entry = await sigstore.log(
        hashedRekord(payload, signature, real.annotations[names.certificate] ?? ""),
      );
      return changed(
        { ...real, payload },
        { [names.signature]: signature.toString("base64"), [names.bundle]: promiseText(entry) },
      );
    },
  ],
  [
    "copied certificate: with a new entry that names the attacker's key",
    /the signature was not made with the key of the certificate/,
    async (digest) => {
      const real = await layerByIdentity(otherDigest, { sigstore, identity: alice });
      const { payload, signature } = forged(digest);
      const entry = await sigstore.log(hashedRekord(payload, signature, otherKey.publicKey));
      return changed(
        { ...real, payload },
        { [names.signature]: signature.toString("base64"), [names.bundle]: promiseText(entry) },
      );
    },
  ],
  [
    "copied certificate: another one for the same key in the entry",
    /the entry of the transparency log is about another certificate/,
    async (digest) => {
      const { privateKey, certificate } = await sigstore.certify(alice);
      const other = await sigstore.certify(mallory);
      const payload = payloadFor(digest);
      const signature = signBytes(privateKey, Buffer.from(payload));
      const entry = await sigstore.log(hashedRekord(payload, signature, other.certificate));
      return {
        payload,
        annotations: {
          [names.signature]: signature.toString("base64"),
          [names.certificate]: certificate,
          [names.bundle]: promiseText(entry),
        },
      };
    },
  ],
  [
    "other payload: the digest in it changed after it was signed",
    /the entry of the transparency log is about another signature: digest mismatch/,
    async (digest) => {
      const real = await layerByIdentity(otherDigest, { sigstore, identity: alice });
      return { ...real, payload: real.payload.replace(otherDigest, digest) };
    },
  ],
  [
    "other payload: with an entry of the kind `rekord`",
    /the entry of the transparency log is about another signature: digest mismatch/,
    async (digest) => {
      const real = await layerByIdentity(otherDigest, { sigstore, identity: alice, kind: "rekord" });
      return { ...real, payload: real.payload.replace(otherDigest, digest) };
    },
  ],
  [
    "other payload: an annotation added after it was signed",
    /digest mismatch/,
    async (digest) => {
      const real = await layerByIdentity(digest, { sigstore, identity: alice });
      return { ...real, payload: payloadFor(digest, { optional: { env: "prod" } }) };
    },
  ],
  [
    "other payload: ambiguous",
    /the key "docker-manifest-digest" stands twice/,
    async (digest) => {
      const real = await layerByIdentity(otherDigest, { sigstore, identity: alice });
      const twice = `"docker-manifest-digest":"${otherDigest}","docker-manifest-digest":"${digest}"`;
      const once = `"docker-manifest-digest":"${otherDigest}"`;
      return { ...real, payload: real.payload.replace(once, twice) };
    },
  ],
  [
    "other digest: a signature of another image",
    /the payload is about another image/,
    () => layerByIdentity(otherDigest, { sigstore, identity: alice }),
  ],
  [
    "swapped entry: of another signature of the same signer",
    /the entry of the transparency log is about another signature: signature mismatch/,
    async (digest) => {
      const [one, other] = [
        await layerByIdentity(digest, { sigstore, identity: alice }),
        await layerByIdentity(digest, { sigstore, identity: alice }),
      ];
      return changed(one, { [names.bundle]: other.annotations[names.bundle] ?? "" });
    },
  ],
  [
    "swapped entry: of the kind `rekord`",
    /the entry of the transparency log is about another signature: signature mismatch/,
    async (digest) => {
      const [one, other] = [
        await layerByIdentity(digest, { sigstore, identity: alice, kind: "rekord" }),
        await layerByIdentity(digest, { sigstore, identity: alice, kind: "rekord" }),
      ];
      return changed(one, { [names.bundle]: other.annotations[names.bundle] ?? "" });
    },
  ],
  [
    "swapped entry: of a log that nobody knows",
    /the transparency log does not vouch for the entry/,
    async (digest) => {
      const elsewhere = await createPrivateSigstore();
      const real = await layerByIdentity(digest, { sigstore, identity: alice });
      const fake = await layerByIdentity(digest, { sigstore: elsewhere, identity: alice });
      return changed(real, { [names.bundle]: fake.annotations[names.bundle] ?? "" });
    },
  ],
  [
    "swapped entry: at another time",
    /the transparency log does not vouch for the entry/,
    async (digest) => {
      const real = await layerByIdentity(digest, { sigstore, identity: alice });
      const bundle = JSON.parse(real.annotations[names.bundle] ?? "");
      bundle.Payload.integratedTime -= 60;
      return changed(real, { [names.bundle]: JSON.stringify(bundle) });
    },
  ],
  [
    "no entry",
    /there is no entry of a transparency log/,
    async (digest) => {
      const real = await layerByIdentity(digest, { sigstore, identity: alice });
      const { [names.bundle]: _left, ...annotations } = real.annotations;
      return { ...real, annotations };
    },
  ],
  [
    "wrong identity: somebody else of the same issuer",
    /the signer is "mallory@example.com"/,
    (digest) => layerByIdentity(digest, { sigstore, identity: mallory }),
  ],
  [
    "wrong identity: the same name of another issuer",
    /the issuer is "https:\/\/evil.test"/,
    (digest) => layerByIdentity(digest, { sigstore, identity: { ...alice, issuer: "https://evil.test" } }),
  ],
  [
    "wrong identity: of an authority that nobody knows",
    /Failed to verify certificate chain/,
    async (digest) => {
      const elsewhere = await createPrivateSigstore();
      const { privateKey, certificate } = await elsewhere.certify(alice);
      const payload = payloadFor(digest);
      const signature = signBytes(privateKey, Buffer.from(payload));
      const entry = await sigstore.log(hashedRekord(payload, signature, certificate));
      return {
        payload,
        annotations: {
          [names.signature]: signature.toString("base64"),
          [names.certificate]: certificate,
          [names.bundle]: promiseText(entry),
        },
      };
    },
  ],
  [
    "key confusion: a key in place of the certificate",
    /it comes without a certificate/,
    (digest) => layerByKey(digest, { key: otherKey, sigstore }),
  ],
  [
    "no signature",
    /the layer has no signature/,
    async (digest) => ({ payload: payloadFor(digest), annotations: {} }),
  ],
];

describe("kwctl-and-oci 1, 2: a layer is refused", () => {
  it("only for what is wrong with it: without, it is accepted", async () => {
    image.putLayers([await layerByIdentity(image.digest, { sigstore, identity: alice })]);
    await image.verify(byAlice, trusting(sigstore));
  });

  it.each(layerAttacks)("%s", async (_name, reason, make) => {
    image.putLayers([await make(image.digest)]);
    const { reasons } = await image.refusal(byAlice, trusting(sigstore));
    expect(reasons.join("\n")).toMatch(reason);
  });
});
