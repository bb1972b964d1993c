import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { requires } from "../../../tests/support/requirements.ts";
import { type ConformanceCase, conformanceCases } from "../fixtures/conformance-cases.ts";
import { layerSignature } from "./image/layer-signature.ts";
import { layerAnnotations, readLayer } from "./simple-signing/layer.ts";
import { payloadFor, publicGoodTrustedRoot } from "./testing/index.ts";
import { parseTrustedRoot } from "./trust/trust-material.ts";
import { verifyBundle } from "./verify-bundle.ts";

const skipped = requires("shared-data").skip;
const publicRoot = await publicGoodTrustedRoot();
const digest = `sha256:${"0".repeat(64)}`;

/** Throws unless the bundle holds. */
function verify({ files, identity, issuer }: ConformanceCase, by: "bytes" | "digest" = "bytes"): void {
  const bytes = readFileSync(files.artifact);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  verifyBundle({
    bundle: readFileSync(files.bundle),
    artifact: by === "bytes" ? { bytes } : { digest: `sha256:${sha256}` },
    signer: files.key === undefined ? { identity, issuer } : { key: readFileSync(files.key, "utf8") },
    trust: parseTrustedRoot(
      files.trustedRoot === undefined ? publicRoot : readFileSync(files.trustedRoot, "utf8"),
    ),
  });
}

describe.skipIf(skipped)("kwctl-and-oci 22: cases of the public conformance suite", () => {
  it.each(conformanceCases().map((each) => [each.name, each] as const))("%s", (_name, each) => {
    if (each.mustFail) expect(() => verify(each)).toThrow();
    else verify(each);
  });

  it.each(conformanceCases().map((each) => [each.name, each] as const))(
    "%s, by the digest",
    (_name, each) => {
      if (each.mustFail) expect(() => verify(each, "digest")).toThrow();
      else verify(each, "digest");
    },
  );
});

/** Cases whose defect is in a part that cosign's annotations do not have (kwctl-and-oci 16.5). */
const notApplicable =
  /^(?:checkpoint-|inclusion-proof-corrupted-hash|invalid-checkpoint-signature|invalid-inclusion-proof|message-digest-mismatch|bundle-with-root-cert)/;

interface SignedMessage {
  readonly signature: string;
  readonly certificate: string;
  readonly promise: { SignedEntryTimestamp: string; Payload: object };
}

/** What cosign would have written into annotations; nothing for bundles of other kinds. */
function signedMessageOf(text: string): SignedMessage | undefined {
  if (!text.trimEnd().endsWith("}")) return undefined;
  const { messageSignature, verificationMaterial: material } = JSON.parse(text);
  const [entry] = material.tlogEntries;
  const [der] = [material.certificate, ...(material.x509CertificateChain?.certificates ?? [])].filter(
    Boolean,
  );
  const isHashedRekord = entry?.kindVersion?.kind === "hashedrekord" && entry.kindVersion.version === "0.0.1";
  if (!messageSignature || !der || !isHashedRekord || !entry.inclusionPromise) return undefined;
  const Payload = {
    body: entry.canonicalizedBody,
    integratedTime: Number(entry.integratedTime),
    logIndex: Number(entry.logIndex),
    logID: Buffer.from(entry.logId.keyId, "base64").toString("hex"),
  };
  return {
    signature: messageSignature.signature,
    certificate: `-----BEGIN CERTIFICATE-----\n${der.rawBytes}\n-----END CERTIFICATE-----\n`,
    promise: { SignedEntryTimestamp: entry.inclusionPromise.signedEntryTimestamp, Payload },
  };
}

/** The same signatures as cosign stores them: the payload is the artifact, whatever it says about an image. */
describe.skipIf(skipped)("kwctl-and-oci 16.5: cases of the suite as annotations of a layer", () => {
  const cases = conformanceCases().flatMap((each) => {
    const message = signedMessageOf(readFileSync(each.files.bundle, "utf8"));
    return message === undefined ? [] : [[each.name, each, message] as const];
  });

  it.each(cases)("%s", (name, { files, mustFail, identity }, { signature, certificate, promise }) => {
    const annotations = new Map<string, string>([
      [layerAnnotations.signature, signature],
      [layerAnnotations.certificate, certificate],
      [layerAnnotations.bundle, JSON.stringify(promise)],
    ]);
    const descriptor = { mediaType: "", digest: "sha256:00", size: 0, urls: [], annotations };
    const trust = parseTrustedRoot(
      files.trustedRoot === undefined ? publicRoot : readFileSync(files.trustedRoot, "utf8"),
    );
    const identityOf = () => {
      const layer = readLayer(descriptor, Buffer.from(payloadFor(digest)));
      const payload = readFileSync(files.artifact);
      return layerSignature({ ...layer, payload }, { imageDigest: digest, trust }).identity();
    };
    if (mustFail && !notApplicable.test(name)) expect(identityOf).toThrow();
    else expect(identityOf().subject.text).toBe(identity);
  });
});
