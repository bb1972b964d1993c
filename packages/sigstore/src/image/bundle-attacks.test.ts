import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { changeAt, partAt } from "../../fixtures/change-json.ts";
import { type ImageUnderTest, startImage } from "../../fixtures/image-under-test.ts";
import { alice, byAlice, byKey, key, otherKey, trusting } from "../../fixtures/signers.ts";
import {
  bundleByIdentity,
  bundleByKey,
  createPrivateSigstore,
  type PrivateSigstore,
  type TestBundle,
} from "../testing/index.ts";

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

describe("kwctl-and-oci 22: a bundle is refused", () => {
  type BundleAttack = [string, RegExp, (bundle: TestBundle, digest: string) => Promise<TestBundle>];
  const entry = ["verificationMaterial", "tlogEntries", 0] as const;
  const attacks: readonly BundleAttack[] = [
    [
      "copied certificate",
      /the signature was not made with the key of the certificate/,
      async (bundle, digest) => {
        const mine = await bundleByIdentity(digest, { sigstore, identity: mallory });
        const path = ["verificationMaterial", "certificate"];
        return changeAt(mine, path, partAt(bundle, path));
      },
    ],
    [
      "other payload",
      /the entry of the transparency log is about another signature: DSSE payload hash mismatch/,
      async (bundle, digest) => {
        const other = await bundleByKey(digest, { key, annotations: { env: "prod" } });
        const path = ["dsseEnvelope", "payload"];
        return changeAt(bundle, path, partAt(other, path));
      },
    ],
    [
      "swapped entry",
      /tlog entry signature mismatch/,
      async (bundle, digest) => {
        const other = await bundleByIdentity(digest, { sigstore, identity: alice });
        return changeAt(bundle, entry, partAt(other, entry));
      },
    ],
    [
      "no entry",
      /there is no entry of a transparency log/,
      async (bundle) => changeAt(bundle, ["verificationMaterial", "tlogEntries"], []),
    ],
    [
      "no proof",
      /inclusionProof/,
      async (bundle) => changeAt(bundle, [...entry, "inclusionProof"], undefined),
    ],
    [
      "neither promise nor timestamp",
      /expected 1 timestamps, got 0/,
      async (bundle) => changeAt(bundle, [...entry, "inclusionPromise"], undefined),
    ],
    [
      "downgraded media type",
      /the bundle is of another version/,
      async (bundle) =>
        changeAt(
          changeAt(bundle, ["mediaType"], "application/vnd.dev.sigstore.bundle+json;version=0.1"),
          [...entry, "inclusionProof"],
          undefined,
        ),
    ],
    [
      "a media type that nobody knows",
      /its version is not known/,
      async (bundle) => changeAt(bundle, ["mediaType"], "application/vnd.dev.sigstore.bundle.v0.4+json"),
    ],
    [
      "key confusion: a key in place of the certificate",
      /it comes without a certificate/,
      async (bundle) => {
        const copy = changeAt(bundle, ["verificationMaterial", "publicKey"], { hint: "" });
        return changeAt(copy, ["verificationMaterial", "certificate"], undefined);
      },
    ],
    [
      "key confusion: a key beside the certificate",
      /it has both certificate and publicKey/,
      async (bundle) => changeAt(bundle, ["verificationMaterial", "publicKey"], { hint: "" }),
    ],
    [
      "two contents",
      /it has both messageSignature and dsseEnvelope/,
      async (bundle) => changeAt(bundle, ["messageSignature"], { signature: "AA==" }),
    ],
    [
      "a signature that is no base64",
      /sig is not base64/,
      async (bundle) => changeAt(bundle, ["dsseEnvelope", "signatures", 0, "sig"], "AA?="),
    ],
    [
      "an entry before the first",
      /logIndex is "-1"/,
      async (bundle) => changeAt(bundle, [...entry, "logIndex"], "-1"),
    ],
  ];

  it.each(attacks)("%s", async (_name, reason, attack) => {
    const bundle = await bundleByIdentity(image.digest, { sigstore, identity: alice });
    await using control = await startImage();
    control.putBundles([bundle]);
    await control.verify(byAlice, trusting(sigstore));
    image.putBundles([await attack(bundle, image.digest)]);
    const { reasons } = await image.refusal(byAlice, trusting(sigstore));
    expect(reasons.join("\n")).toMatch(reason);
  });

  it.each([
    [
      "missing promise of the log of certificates",
      { certificatesAreLogged: false },
      /expected 1 SCTs, got 0/,
    ],
    ["expired", { loggedAfterMs: 11 * 60_000 }, /not valid or expired/],
    ["expired by its timestamp", { timestampedAfterMs: 11 * 60_000 }, /not valid or expired/],
  ])("%s", async (_name, options, reason) => {
    const odd = await createPrivateSigstore(options);
    image.putBundles([
      await bundleByIdentity(image.digest, { sigstore: odd, identity: alice, timestamped: true }),
    ]);
    const { reasons } = await image.refusal(byAlice, trusting(odd));
    expect(reasons.join("\n")).toMatch(reason);
  });

  it("key confusion: another key, and an entry about another key", async () => {
    image.putBundles([await bundleByKey(image.digest, { key: otherKey, sigstore })]);
    const { reasons } = await image.refusal(byKey, trusting(sigstore));
    expect(reasons).toEqual([expect.stringContaining("the signature was not made with the key")]);
  });
});
