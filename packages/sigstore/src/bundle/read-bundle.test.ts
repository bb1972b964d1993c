import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { changeAt, type JsonPath, partAt } from "../../fixtures/change-json.ts";
import { alice } from "../../fixtures/signers.ts";
import { createPrivateSigstore, messageBundleByIdentity, type TestBundle } from "../testing/index.ts";
import { readBundle } from "./read-bundle.ts";

const material = "verificationMaterial";
let latest: TestBundle;
let first: TestBundle;

beforeAll(async () => {
  const sigstore = await createPrivateSigstore();
  latest = await messageBundleByIdentity(Buffer.from("artifact"), { sigstore, identity: alice });
  const leaf = partAt(latest, [material, "certificate"]);
  const chain = changeAt(latest, [material, "x509CertificateChain"], { certificates: [leaf] });
  const version = "application/vnd.dev.sigstore.bundle+json;version=0.1";
  first = changeAt(changeAt(chain, [material, "certificate"], undefined), ["mediaType"], version);
});

const read = (bundle: TestBundle) => readBundle(Buffer.from(JSON.stringify(bundle)));
const repeated = (list: unknown, count: number): unknown[] =>
  Array.from({ length: count }, () => (Array.isArray(list) ? list[0] : undefined));
const withCertificate = (der: Uint8Array): TestBundle =>
  changeAt(first, [material, "x509CertificateChain", "certificates", 1], {
    rawBytes: Buffer.from(der).toString("base64"),
  });

describe("a bundle", () => {
  it("kwctl-and-oci 22: is read, of the first version and of the latest", () => {
    expect(read(latest).content).toEqual(read(first).content);
  });

  it("kwctl-and-oci 22: may bring an authority along, but no root", () => {
    const root = issueCertificate("root", { authority: true });
    const intermediate = issueCertificate("authority", { authority: true, issuer: root });
    read(withCertificate(intermediate.der));
    expect(() => read(withCertificate(root.der))).toThrow(/it contains the certificate of a root$/);
    expect(() => read(withCertificate(Buffer.from("none")))).toThrow(/a certificate cannot be read/);
  });

  it.each<[string, readonly (string | number)[], (part: unknown) => unknown, RegExp]>([
    ["entries", [material, "tlogEntries"], (part) => repeated(part, 9), /more than 8 entries of logs$/],
    [
      "timestamps",
      [material, "timestampVerificationData"],
      () => ({ rfc3161Timestamps: repeated([{ signedTimestamp: "AAAA" }], 9) }),
      /more than 8 timestamps$/,
    ],
    [
      "lines in a checkpoint",
      [material, "tlogEntries", 0, "inclusionProof"],
      () => ({
        ...{ logIndex: "0", rootHash: "AAAA", treeSize: "1", hashes: [] },
        checkpoint: { envelope: "— log AAAA\n".repeat(2000) },
      }),
      /the checkpoint of a log is longer than 16384 characters$/,
    ],
  ])("has no more %s than it takes: each is work", (_what, path, change, message) => {
    read(latest);
    const many = changeAt(latest, path, change(partAt(latest, path)));
    expect(() => read(many)).toThrow(message);
  });

  const signature: JsonPath = ["messageSignature", "signature"];
  it.each([
    ["with line breaks", (text: string) => `${text.slice(0, 10)}\n${text.slice(10)}`],
    ["without padding", (text: string) => text.replaceAll("=", "")],
    ["in the alphabet of URLs", (text: string) => text.replaceAll("+", "-").replaceAll("/", "_")],
  ])("kwctl-and-oci 22: may have base64 %s", (_what, change) => {
    const text = change(String(partAt(latest, signature)));
    expect(read(changeAt(latest, signature, text)).content).toEqual(read(latest).content);
  });

  const entry = [material, "tlogEntries", 0] as const;
  it.each<[string, JsonPath, unknown, RegExp]>([
    ["no media type", ["mediaType"], undefined, /mediaType/],
    [
      "a version that nobody knows",
      ["mediaType"],
      "application/vnd.dev.sigstore.bundle+json;version=99.9",
      /mediaType/,
    ],
    [
      "a version to come",
      ["mediaType"],
      "application/vnd.dev.sigstore.bundle.v0.9+json",
      /its version is not known/,
    ],
    [
      "a chain in the latest version",
      [material, "x509CertificateChain"],
      { certificates: [] },
      /it has both/,
    ],
    ["base64 of both alphabets", signature, "+_AA", /signature is not base64/],
    ["base64 that is cut off", signature, "A", /signature is not base64/],
    ["base64 with more behind it", signature, "AA==AA", /signature is not base64/],
    ["no content", ["messageSignature"], undefined, /content/],
    ["no proof", [...entry, "inclusionProof"], undefined, /inclusionProof/],
    ["a negative index", [...entry, "logIndex"], "-1", /logIndex is "-1"/],
    ["a time that is none", [...entry, "integratedTime"], "now", /integratedTime is "now"/],
    ["an entry without a log", [...entry, "logId"], undefined, /logId/],
  ])("kwctl-and-oci 22: with %s is refused", (_what, path, value, reason) => {
    expect(() => read(changeAt(latest, path, value))).toThrow(reason);
  });

  it("kwctl-and-oci 22: with a key twice is refused", () => {
    const text = JSON.stringify(latest).replace('"mediaType"', '"messageSignature":null,"mediaType"');
    expect(() => readBundle(Buffer.from(text))).toThrow(/the key "messageSignature" stands twice/);
  });
});
