import {
  alternativeNames,
  type CertificateOptions,
  der,
  extension,
  issueCertificate,
  oid,
  sequence,
  type TestAuthority,
} from "@kubewarden-ts/x509/testing";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ImageUnderTest, startImage } from "../../fixtures/image-under-test.ts";
import { noTrust, trusting } from "../../fixtures/signers.ts";
import { configOfRequest } from "../config/config-of-request.ts";
import { bundleByKey, createPrivateSigstore, layerByKey, type PrivateSigstore } from "../testing/index.ts";

const hourMs = 3_600_000;
const [codeSigning, serverAuth] = ["1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.1"];
const name = alternativeNames(der(0x81, Buffer.from("alice@example.com")));
const purpose = (id: string): Buffer => extension("2.5.29.37", sequence(oid(id)));

const root = issueCertificate("root", { authority: true });
const intermediate = issueCertificate("intermediate", { authority: true, issuer: root });
const stranger = issueCertificate("root", { authority: true });

function signer(options: CertificateOptions = {}): TestAuthority {
  return issueCertificate("signer", { extensions: [name, purpose(codeSigning)], issuer: root, ...options });
}

const good = signer();
const deep = signer({ issuer: intermediate });
const expired = signer({
  notBefore: new Date(Date.now() - 2 * hourMs),
  notAfter: new Date(Date.now() - hourMs),
});

let sigstore: PrivateSigstore;
let image: ImageUnderTest;
beforeAll(async () => {
  sigstore = await createPrivateSigstore();
});
beforeEach(async () => {
  image = await startImage();
});
afterEach(() => image[Symbol.asyncDispose]());

/** The key of a certificate, as a signer has it; logs are told of the certificate. */
function keyOf({ keys, cert }: TestAuthority) {
  return { privateKey: keys.privateKey, publicKey: cert };
}

function wanted(
  certificate: TestAuthority,
  {
    chain,
    requireRekorBundle = false,
    annotations = {},
  }: {
    chain?: readonly TestAuthority[];
    requireRekorBundle?: boolean;
    annotations?: Record<string, string>;
  } = {},
) {
  return configOfRequest({
    ...{ kind: "certificate", requireRekorBundle, annotations },
    certificate: Buffer.from(certificate.cert),
    chain: chain?.map(({ cert }) => Buffer.from(cert)),
  });
}

describe("a signature by a certificate", () => {
  it.each<[string, TestAuthority, Parameters<typeof wanted>[1]]>([
    ["that is trusted as it is", good, {}],
    ["that a root signed", good, { chain: [root] }],
    ["that an authority below a root signed", deep, { chain: [intermediate, root] }],
    ["with an annotation", good, { annotations: { env: "prod" } }],
  ])("policy-runtime 38: counts, %s", async (_what, certificate, options) => {
    image.putLayers([await layerByKey(image.digest, { key: keyOf(certificate), optional: { env: "prod" } })]);
    expect(await image.verify(wanted(certificate, options), noTrust)).toEqual({ digest: image.digest });
  });

  it("policy-runtime 38: counts with an entry of the log, whatever the place", async () => {
    const config = wanted(good, { requireRekorBundle: true, chain: [root] });
    image.putLayers([await layerByKey(image.digest, { key: keyOf(good), sigstore })]);
    await image.verify(config, trusting(sigstore));
    await using other = await startImage();
    other.putBundles([await bundleByKey(other.digest, { key: keyOf(good), sigstore })]);
    await other.verify(config, trusting(sigstore));
  });

  it("policy-runtime 38: does not count without an entry of the log where one is asked for", async () => {
    image.putLayers([await layerByKey(image.digest, { key: keyOf(good) })]);
    const { message } = await image.refusal(wanted(good, { requireRekorBundle: true }), trusting(sigstore));
    expect(message).toMatch(/^verification failed: .*there is no entry of a transparency log$/);
  });

  it("policy-runtime 38: needs a trust root where an entry of the log is asked for", async () => {
    image.putLayers([await layerByKey(image.digest, { key: keyOf(good), sigstore })]);
    const { code } = await image.refusal(wanted(good, { requireRekorBundle: true }), noTrust);
    expect(code).toBe("SIGSTORE_TRUST_ROOT_UNAVAILABLE");
  });

  it("kwctl-and-oci 15.4: counts when the certificate did at the time of the log, not now", async () => {
    const early = await createPrivateSigstore({ loggedAfterMs: -1.5 * hourMs });
    image.putLayers([await layerByKey(image.digest, { key: keyOf(expired), sigstore: early })]);
    await image.verify(wanted(expired), trusting(early));
  });

  it.each<[string, () => Promise<void>, Parameters<typeof wanted>, RegExp]>([
    [
      "made with another key",
      async () => image.putLayers([await layerByKey(image.digest, { key: keyOf(deep) })]),
      [good],
      /the signature was not made with the key/,
    ],
    [
      "of a certificate that does not count any more, and no log says when",
      async () => image.putLayers([await layerByKey(image.digest, { key: keyOf(expired) })]),
      [expired],
      /the certificate was not valid at /,
    ],
    [
      "logged when the certificate did not count any more",
      async () => image.putLayers([await layerByKey(image.digest, { key: keyOf(expired), sigstore })]),
      [expired],
      /the certificate was not valid at /,
    ],
    [
      "with another annotation",
      async () =>
        image.putLayers([
          await layerByKey(image.digest, { key: keyOf(good) }),
          await layerByKey(image.digest, { key: keyOf(deep), optional: { env: "prod" } }),
        ]),
      [good, { annotations: { env: "prod" } }],
      /the annotation "env" is missing/,
    ],
  ])("policy-runtime 38: does not count, %s", async (_what, put, [certificate, options], reason) => {
    await put();
    const { message } = await image.refusal(wanted(certificate, options), trusting(sigstore));
    expect(message).toMatch(/^verification failed: /);
    expect(message).toMatch(reason);
  });

  it.each<[string, TestAuthority, readonly TestAuthority[] | undefined, RegExp]>([
    ["of another root", good, [stranger], /the certificate cannot be used: /],
    ["of nobody", good, [], /the certificate cannot be used: /],
    ["that has expired, with a chain", expired, [root], /after its expiration date/],
    [
      "that does not count yet",
      signer({ notBefore: new Date(Date.now() + hourMs), notAfter: new Date(Date.now() + 2 * hourMs) }),
      undefined,
      /it is not valid yet/,
    ],
    [
      "for something else",
      signer({ extensions: [name, purpose(serverAuth)] }),
      undefined,
      /not one for signing code/,
    ],
    ["without a purpose", signer({ extensions: [name] }), undefined, /not one for signing code/],
    ["without a name", signer({ extensions: [purpose(codeSigning)] }), undefined, /whom it is for/],
    ["that is none", { ...good, cert: "none" }, undefined, /it is not one in PEM/],
  ])("policy-runtime 38: a certificate %s is refused", async (_what, certificate, chain, reason) => {
    image.putLayers([await layerByKey(image.digest, { key: keyOf(certificate) })]);
    const config = wanted(certificate, chain === undefined ? {} : { chain });
    expect((await image.refusal(config, noTrust)).message).toMatch(reason);
  });
});
