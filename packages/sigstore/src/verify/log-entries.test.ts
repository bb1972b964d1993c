import { beforeAll, describe, expect, it } from "vitest";
import { type EntryOf, logEntries } from "../../fixtures/log-entries.ts";
import { alice } from "../../fixtures/signers.ts";
import { bundleByIdentity, createPrivateSigstore, type PrivateSigstore } from "../testing/index.ts";
import { parseTrustedRoot } from "../trust/trust-material.ts";
import { verifyBundle } from "../verify-bundle.ts";

const digest = `sha256:${"0".repeat(64)}`;
let sigstore: PrivateSigstore;
let otherCertificate: string;

beforeAll(async () => {
  sigstore = await createPrivateSigstore();
  otherCertificate = (await sigstore.certify(alice)).certificate;
});

async function verify(entryOf: EntryOf): Promise<void> {
  const bundle = await bundleByIdentity(digest, { sigstore, identity: alice, entryOf });
  verifyBundle({
    bundle: Buffer.from(JSON.stringify(bundle)),
    artifact: { digest },
    signer: { identity: alice.subject, issuer: alice.issuer },
    trust: parseTrustedRoot(sigstore.trustedRoot),
  });
}

describe.each(Object.entries(logEntries))("an entry of the kind %s", (_kind, entryOf) => {
  it("kwctl-and-oci 22: holds", async () => {
    await verify(entryOf);
  });

  it.each<[string, EntryOf, RegExp]>([
    [
      "another certificate of the same signer",
      (signed) => entryOf(signed, otherCertificate),
      /^the entry of the transparency log is about another certificate$/,
    ],
    [
      "another signature",
      (signed, pem) => entryOf({ ...signed, signature: Buffer.from("other") }, pem),
      /^the entry of the transparency log is about another signature: .*signature mismatch$/,
    ],
    [
      "another statement",
      (signed, pem) => entryOf({ ...signed, payload: Buffer.from("other") }, pem),
      /^the entry of the transparency log is about another signature: .*mismatch$/,
    ],
    [
      "nobody",
      (signed, pem) =>
        JSON.parse(JSON.stringify(entryOf(signed, pem)), (name, value) =>
          name === "publicKey" || name === "verifier" ? "nobody" : value,
        ),
      /^the entry of the transparency log does not say by which key$/,
    ],
  ])("kwctl-and-oci 22: does not hold about %s", async (_what, change, reason) => {
    await expect(verify(change)).rejects.toThrow(reason);
  });
});

describe("an entry of another kind", () => {
  it.each([
    ["helm", "0.0.1"],
    ["intoto", "0.0.1"],
    ["hashedrekord", "0.0.3"],
  ])("kwctl-and-oci 22: %s %s does not hold", async (kind, apiVersion) => {
    const hashed = logEntries["hashedrekord 0.0.1"] ?? expect.fail();
    await expect(verify((signed, pem) => ({ ...hashed(signed, pem), kind, apiVersion }))).rejects.toThrow();
  });
});
