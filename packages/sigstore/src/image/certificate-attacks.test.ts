import {
  alternativeNames,
  der,
  extension,
  issueCertificate,
  oid,
  sequence,
} from "@kubewarden-ts/x509/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ImageUnderTest, startImage } from "../../fixtures/image-under-test.ts";
import { alice, byAlice, trusting, workflow } from "../../fixtures/signers.ts";
import { layerAnnotations as names } from "../simple-signing/layer.ts";
import {
  bundleByIdentity,
  createPrivateSigstore,
  hashedRekord,
  layerByIdentity,
  type PrivateSigstore,
  type PrivateSigstoreOptions,
  payloadFor,
  promiseText,
  type SignedLayer,
  signBytes,
} from "../testing/index.ts";

let sigstore: PrivateSigstore;
let image: ImageUnderTest;

beforeAll(async () => {
  sigstore = await createPrivateSigstore();
});
beforeEach(async () => {
  image = await startImage();
});
afterEach(() => image[Symbol.asyncDispose]());

const codeSigning = "1.3.6.1.5.5.7.3.3";
const serverAuth = "1.3.6.1.5.5.7.3.1";

/** A certificate for alice with Fulcio's extension for the issuer. */
function selfMade({
  purposes,
  issuer,
}: {
  purposes: readonly string[];
  issuer?: ReturnType<typeof issueCertificate>;
}) {
  return issueCertificate("alice", {
    ...(issuer !== undefined && { issuer }),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [
      alternativeNames(der(0x81, Buffer.from(alice.subject))),
      extension("2.5.29.37", sequence(...purposes.map(oid))),
      extension("1.3.6.1.4.1.57264.1.1", Buffer.from(alice.issuer)),
    ],
  });
}

async function layerOf(
  digest: string,
  { keys, cert }: ReturnType<typeof issueCertificate>,
): Promise<SignedLayer> {
  const payload = payloadFor(digest);
  const signature = signBytes(keys.privateKey, Buffer.from(payload));
  const entry = await sigstore.log(hashedRekord(payload, signature, cert));
  return {
    payload,
    annotations: {
      [names.signature]: signature.toString("base64"),
      [names.certificate]: cert,
      [names.bundle]: promiseText(entry),
    },
  };
}

describe("kwctl-and-oci 1: a certificate does not count", () => {
  it("expired: logged when the certificate did not count any more", async () => {
    const late = await createPrivateSigstore({ loggedAfterMs: 11 * 60_000 });
    image.putLayers([await layerByIdentity(image.digest, { sigstore: late, identity: alice })]);
    const { reasons } = await image.refusal(byAlice, trusting(late));
    expect(reasons.join("\n")).toContain("certificate is not valid or expired at the specified date");
  });

  it("expired: logged before the certificate was there", async () => {
    const early = await createPrivateSigstore({ loggedAfterMs: -60_000 });
    image.putLayers([await layerByIdentity(image.digest, { sigstore: early, identity: alice })]);
    const { reasons } = await image.refusal(byAlice, trusting(early));
    expect(reasons.join("\n")).toContain("certificate is not valid or expired at the specified date");
  });

  it("missing promise of the log of certificates, unless there is no such log", async () => {
    const unlogged = await createPrivateSigstore({ certificatesAreLogged: false });
    image.putLayers([await layerByIdentity(image.digest, { sigstore: unlogged, identity: alice })]);
    const { reasons } = await image.refusal(byAlice, trusting(unlogged));
    expect(reasons.join("\n")).toContain("expected 1 SCTs, got 0");
  });

  it("promise of a log of certificates that nobody knows", async () => {
    const other = await createPrivateSigstore();
    const root = JSON.parse(sigstore.trustConfig);
    root.trustedRoot.ctlogs = JSON.parse(other.trustedRoot).ctlogs;
    image.putLayers([await layerByIdentity(image.digest, { sigstore, identity: alice })]);
    const { reasons } = await image.refusal(
      byAlice,
      trusting({ ...sigstore, trustConfig: JSON.stringify(root) }),
    );
    expect(reasons.join("\n")).toContain("SCT verification failed");
  });

  it("kwctl-and-oci 23: a private authority without a log of certificates works", async () => {
    const quiet = await createPrivateSigstore({ knowsCertificateLog: false });
    image.putLayers([await layerByIdentity(image.digest, { sigstore: quiet, identity: alice })]);
    image.putBundles([await bundleByIdentity(image.digest, { sigstore: quiet, identity: workflow })]);
    await image.verify(byAlice, trusting(quiet));
    await image.verify({ kind: "githubAction", owner: "acme" }, trusting(quiet));
  });

  it("kwctl-and-oci 16.2: the time from which an authority counts is not looked at, that of its certificates is", async () => {
    const root = JSON.parse(sigstore.trustConfig);
    root.trustedRoot.certificateAuthorities[0].validFor = { start: "2100-01-01T00:00:00Z" };
    const later = trusting({ ...sigstore, trustConfig: JSON.stringify(root) });
    image.putLayers([await layerByIdentity(image.digest, { sigstore, identity: alice })]);
    await image.verify(byAlice, later);
    image.putLayers([]);
    image.putBundles([await bundleByIdentity(image.digest, { sigstore, identity: alice })]);
    expect((await image.refusal(byAlice, later)).code).toBe("SIGSTORE_UNSATISFIED");
  });

  it("an authority that the root has given up: its end counts, for layers and bundles", async () => {
    const root = JSON.parse(sigstore.trustConfig);
    root.trustedRoot.certificateAuthorities[0].validFor = {
      ...{ start: "2000-01-01T00:00:00Z", end: "2020-01-01T00:00:00Z" },
    };
    const ended = trusting({ ...sigstore, trustConfig: JSON.stringify(root) });
    image.putLayers([await layerByIdentity(image.digest, { sigstore, identity: alice })]);
    image.putBundles([await bundleByIdentity(image.digest, { sigstore, identity: alice })]);
    await image.verify(byAlice, trusting(sigstore));
    const { code, reasons } = await image.refusal(byAlice, ended);
    expect(code).toBe("SIGSTORE_UNSATISFIED");
    expect(reasons).toHaveLength(2);
  });

  it("a certificate for something else: not one for signing code", async () => {
    const authority = issueCertificate("authority", { authority: true });
    const root = JSON.parse(sigstore.trustConfig);
    const rawBytes = Buffer.from(authority.der).toString("base64");
    root.trustedRoot.certificateAuthorities.push({ certChain: { certificates: [{ rawBytes }] } });
    root.trustedRoot.ctlogs = [];
    const known = trusting({ ...sigstore, trustConfig: JSON.stringify(root) });
    const [code, server] = [codeSigning, serverAuth].map((purpose) =>
      selfMade({ purposes: [purpose], issuer: authority }),
    );
    image.putLayers([await layerOf(image.digest, server ?? expect.fail())]);
    const { reasons } = await image.refusal(byAlice, known);
    expect(reasons.join("\n")).toContain("the certificate is not one for signing code");
    image.putLayers([await layerOf(image.digest, code ?? expect.fail())]);
    await image.verify(byAlice, known);
  });

  it("key confusion: one that the attacker signed", async () => {
    image.putLayers([await layerOf(image.digest, selfMade({ purposes: [codeSigning] }))]);
    const { reasons } = await image.refusal(byAlice, trusting(sigstore));
    expect(reasons.join("\n")).toContain("Failed to verify certificate chain");
  });

  it.each<[string, PrivateSigstoreOptions, RegExp | undefined]>([
    ["of its time", {}, undefined],
    ["of when it did not count any more", { timestampedAfterMs: 11 * 60_000 }, /not valid or expired/],
  ])("kwctl-and-oci 16.2: with a timestamp %s", async (_what, options, reason) => {
    const dated = await createPrivateSigstore(options);
    const layer = await layerByIdentity(image.digest, { sigstore: dated, identity: alice });
    const signature = Buffer.from(layer.annotations[names.signature] ?? "", "base64");
    const SignedRFC3161Timestamp = (await dated.timestamp(signature)).toString("base64");
    const timestamp = JSON.stringify({ SignedRFC3161Timestamp });
    image.putLayers([{ ...layer, annotations: { ...layer.annotations, [names.timestamp]: timestamp } }]);
    if (reason === undefined) await image.verify(byAlice, trusting(dated));
    else expect((await image.refusal(byAlice, trusting(dated))).reasons.join("\n")).toMatch(reason);
  });

  it.each([
    ["of another signature", async () => (await sigstore.timestamp(Buffer.from("other"))).toString("base64")],
    ["that is none", async () => "AAAA"],
    ["that is no base64", async () => "?"],
  ])("kwctl-and-oci 16.2: with a timestamp %s", async (_what, make) => {
    const layer = await layerByIdentity(image.digest, { sigstore, identity: alice });
    const timestamp = JSON.stringify({ SignedRFC3161Timestamp: await make() });
    image.putLayers([{ ...layer, annotations: { ...layer.annotations, [names.timestamp]: timestamp } }]);
    expect((await image.refusal(byAlice, trusting(sigstore))).code).toBe("SIGSTORE_UNSATISFIED");
    // who trusts no such authority does not look at it
    const root = JSON.parse(sigstore.trustConfig);
    root.trustedRoot.timestampAuthorities = [];
    await image.verify(byAlice, trusting({ ...sigstore, trustConfig: JSON.stringify(root) }));
  });
});
