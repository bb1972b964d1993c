import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { changeAt } from "../fixtures/change-json.ts";
import { alice, key, otherKey } from "../fixtures/signers.ts";
import {
  bundleByIdentity,
  bundleByKey,
  createPrivateSigstore,
  createTestKey,
  messageBundleByIdentity,
  messageBundleByKey,
  type PrivateSigstore,
  type TestBundle,
} from "./testing/index.ts";
import { parseTrustedRoot } from "./trust/trust-material.ts";
import { type BundleQuestion, verifyBundle } from "./verify-bundle.ts";

const artifact = Buffer.from("artifact");
const other = Buffer.from("another artifact");
const digest = "sha256:c7c5c1d70c5dec4416ab6158afd0b223ef40c29b1dc1f97ed9428b94d4cadb1c";
const byAlice = { identity: alice.subject, issuer: alice.issuer };
const byKey = { key: key.publicKey };
let sigstore: PrivateSigstore;

beforeAll(async () => {
  sigstore = await createPrivateSigstore();
});

function verify(
  bundle: TestBundle,
  signer: BundleQuestion["signer"],
  subject: BundleQuestion["artifact"] = { bytes: artifact },
): void {
  const trust = parseTrustedRoot(sigstore.trustedRoot);
  verifyBundle({ bundle: Buffer.from(JSON.stringify(bundle)), artifact: subject, signer, trust });
}

type Make = () => Promise<TestBundle>;

/** The bundle with another promise of the log. */
async function unpromised(kind: "hashedrekord" | "rekord"): Promise<TestBundle> {
  const bundle = await messageBundleByIdentity(artifact, { sigstore, identity: alice, kind });
  const path = ["verificationMaterial", "tlogEntries", 0, "inclusionPromise", "signedEntryTimestamp"];
  return changeAt(bundle, path, "AAAA");
}

describe("one bundle", () => {
  it.each<[string, BundleQuestion["signer"], Make]>([
    [
      "of the artifact, by an identity",
      byAlice,
      () => messageBundleByIdentity(artifact, { sigstore, identity: alice }),
    ],
    [
      "of the artifact, with an entry of the kind `rekord`",
      byAlice,
      () => messageBundleByIdentity(artifact, { sigstore, identity: alice, kind: "rekord" }),
    ],
    ["of the artifact, by a key", byKey, () => messageBundleByKey(artifact, { sigstore, key })],
    [
      "of a statement, by an identity",
      byAlice,
      () => bundleByIdentity(digest, { sigstore, identity: alice }),
    ],
    ["of a statement, by a key", byKey, () => bundleByKey(digest, { sigstore, key })],
  ])("kwctl-and-oci 22: holds, %s; not for another artifact", async (_what, signer, make) => {
    const bundle = await make();
    verify(bundle, signer);
    expect(() => verify(bundle, signer, { bytes: other })).toThrow(
      /^the statement is about something else$|^the digest of the artifact is another one than the signature's$/,
    );
  });

  it.each<[string, BundleQuestion["signer"], Make]>([
    ["of a statement", byKey, () => bundleByKey(digest, { sigstore, key })],
    ["of the artifact, by a key", byKey, () => messageBundleByKey(artifact, { sigstore, key })],
    [
      "of the artifact, by an identity",
      byAlice,
      () => messageBundleByIdentity(artifact, { sigstore, identity: alice }),
    ],
  ])("kwctl-and-oci 22: holds by the digest, %s; not by another digest", async (_what, signer, make) => {
    const bundle = await make();
    verify(bundle, signer, { digest });
    const another = `sha256:${createHash("sha256").update(other).digest("hex")}`;
    expect(() => verify(bundle, signer, { digest: another })).toThrow(/something else$|another one than/);
  });

  it("kwctl-and-oci 22: a signature by somebody else does not hold by the digest", async () => {
    const bundle = await messageBundleByKey(artifact, { sigstore, key });
    const stranger = { key: otherKey.publicKey };
    expect(() => verify(bundle, stranger, { digest })).toThrow(/not made with the key/);
  });

  it.each(["sha256:", "sha512:00", digest.slice(7), digest.toUpperCase()])(
    "kwctl-and-oci 22: a digest is written in full: %j",
    async (given) => {
      const bundle = await messageBundleByKey(artifact, { sigstore, key });
      expect(() => verify(bundle, byKey, { digest: given })).toThrow(/must be "sha256:"/);
    },
  );

  it.each<[string, RegExp, BundleQuestion["signer"], Make]>([
    [
      "bundle and log tell another digest than that of what was signed",
      /the digest of the artifact is another one/,
      byAlice,
      () => messageBundleByIdentity(artifact, { sigstore, identity: alice, claimed: other }),
    ],
    [
      "a promise that the log did not make",
      /the transparency log does not vouch for the entry/,
      byAlice,
      () => unpromised("hashedrekord"),
    ],
    [
      "a promise that the log did not make, for an entry of the kind `rekord`",
      /the transparency log does not vouch for the entry/,
      byAlice,
      () => unpromised("rekord"),
    ],
    [
      "another identity",
      /the signer is "alice@example.com"/,
      { ...byAlice, identity: "alice@example.co" },
      () => messageBundleByIdentity(artifact, { sigstore, identity: alice }),
    ],
    [
      "an identity that is a pattern",
      /the signer is "alice@example.com"/,
      { ...byAlice, identity: ".*" },
      () => messageBundleByIdentity(artifact, { sigstore, identity: alice }),
    ],
    [
      "another issuer",
      /the issuer is "https:\/\/login.test\/oauth"/,
      { ...byAlice, issuer: "https://login.test" },
      () => messageBundleByIdentity(artifact, { sigstore, identity: alice }),
    ],
    [
      "another key",
      /the signature was not made with the key/,
      { key: otherKey.publicKey },
      () => messageBundleByKey(artifact, { sigstore, key }),
    ],
    [
      "a key where an identity is asked for",
      /it comes without a certificate/,
      byAlice,
      () => messageBundleByKey(artifact, { sigstore, key }),
    ],
    [
      "an identity where a key is asked for",
      /the bundle is of a certificate, not of a key/,
      byKey,
      () => messageBundleByIdentity(artifact, { sigstore, identity: alice }),
    ],
    [
      "no entry of a log",
      /there is no entry of a transparency log/,
      byKey,
      () => bundleByKey(digest, { key }),
    ],
    [
      "a key that is none",
      /a public key in PEM is expected/,
      { key: "none" },
      () => messageBundleByKey(artifact, { sigstore, key: createTestKey() }),
    ],
  ])("kwctl-and-oci 22: does not hold with %s", async (_what, reason, signer, make) => {
    const bundle = await make();
    expect(() => verify(bundle, signer)).toThrow(reason);
  });
});
