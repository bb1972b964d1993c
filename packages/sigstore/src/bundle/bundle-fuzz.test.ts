import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { changeAt } from "../../fixtures/change-json.ts";
import { pathsOf } from "../../fixtures/json-paths.ts";
import { alice, key } from "../../fixtures/signers.ts";
import { SigstoreError } from "../errors.ts";
import { bundleByIdentity, bundleByKey, createPrivateSigstore, type TestBundle } from "../testing/index.ts";
import { parseTrustedRoot, type TrustMaterial } from "../trust/trust-material.ts";
import { type BundleQuestion, verifyBundle } from "../verify-bundle.ts";
import { readBundle } from "./read-bundle.ts";

const digest = `sha256:${"0".repeat(64)}`;
let trust: TrustMaterial;
let bundles: Record<"identity" | "key", TestBundle>;
const signers: Record<"identity" | "key", BundleQuestion["signer"]> = {
  identity: { identity: alice.subject, issuer: alice.issuer },
  key: { key: key.publicKey },
};

beforeAll(async () => {
  const sigstore = await createPrivateSigstore();
  trust = parseTrustedRoot(sigstore.trustedRoot);
  bundles = {
    identity: await bundleByIdentity(digest, { sigstore, identity: alice, timestamped: true }),
    key: await bundleByKey(digest, { sigstore, key }),
  };
});

function isAccepted(text: string, signer: BundleQuestion["signer"]): boolean {
  try {
    verifyBundle({ bundle: Buffer.from(text), artifact: { digest }, signer, trust });
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(SigstoreError);
    return false;
  }
}

/** What counts of a bundle: what is signed, by what, and the entry that vouches for it. */
function substanceOf(text: string): unknown {
  const { content, verificationMaterial } = readBundle(Buffer.from(text));
  const { tlogEntries, content: material } = verificationMaterial;
  const entries = tlogEntries.map(({ canonicalizedBody, logId }) => ({ canonicalizedBody, logId }));
  const certificate = material.$case === "publicKey" ? undefined : material;
  const signed =
    content.$case === "dsseEnvelope"
      ? { ...content.dsseEnvelope, signatures: content.dsseEnvelope.signatures.map(({ sig }) => sig) }
      : content;
  return { signed, certificate, entries };
}

const leaf = fc.constantFrom<unknown>(
  ...[undefined, null, true, 0, -1, 1e300, "", "AAAA", "0", "-1", "MA==", [], {}, [{}], [[]]],
);

describe.each(["identity", "key"] as const)("a bundle by %s that was changed", (kind) => {
  it("kwctl-and-oci 22: is accepted as it was made", () => {
    expect(isAccepted(JSON.stringify(bundles[kind]), signers[kind])).toBe(true);
  });

  it("kwctl-and-oci 22: at one place is refused, or says the same", () => {
    const original = substanceOf(JSON.stringify(bundles[kind]));
    fc.assert(
      fc.property(fc.nat(), leaf, (place, value) => {
        const paths = pathsOf(bundles[kind]);
        const path = paths[place % paths.length] ?? expect.fail();
        const text = JSON.stringify(changeAt(bundles[kind], path, value));
        if (isAccepted(text, signers[kind])) expect(substanceOf(text)).toEqual(original);
      }),
      { numRuns: 100 },
    );
  });

  it("kwctl-and-oci 22: in its text is refused, or says the same", () => {
    const valid = JSON.stringify(bundles[kind]);
    const original = substanceOf(valid);
    const change = fc.constantFrom("", "A", "b", "0", '"', "{", "}", ",", "=", "\\", " ");
    fc.assert(
      fc.property(fc.nat(valid.length), fc.nat(3), change, (at, removed, inserted) => {
        const text = valid.slice(0, at) + inserted + valid.slice(at + removed);
        if (isAccepted(text, signers[kind])) expect(substanceOf(text)).toEqual(original);
      }),
      { numRuns: 100 },
    );
  });
});

describe("what is no bundle", () => {
  it("kwctl-and-oci 22: is refused with our error", () => {
    const text = fc.oneof(fc.json(), fc.string());
    fc.assert(
      fc.property(text, (json) => {
        expect(isAccepted(json, signers.identity)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
