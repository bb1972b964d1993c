import { OciError } from "@kubewarden-ts/oci";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ImageUnderTest, startImage } from "../fixtures/image-under-test.ts";
import {
  alice,
  byAcme,
  byAlice,
  byKey,
  key,
  noTrust,
  otherKey,
  trusting,
  workflow,
} from "../fixtures/signers.ts";
import type { Constraint } from "./config/constraint.ts";
import {
  bundleByIdentity,
  bundleByKey,
  createPrivateSigstore,
  layerByIdentity,
  layerByKey,
  type PrivateSigstore,
} from "./testing/index.ts";

let sigstore: PrivateSigstore;
let image: ImageUnderTest;

beforeAll(async () => {
  sigstore = await createPrivateSigstore();
});
beforeEach(async () => {
  image = await startImage();
});
afterEach(() => image[Symbol.asyncDispose]());

const constraints: [string, Constraint][] = [
  ["an identity", byAlice],
  ["a repository of GitHub that started a workflow of another", byAcme],
  ["an owner on GitHub", { kind: "githubAction", owner: "acme" }],
  [
    "a prefix",
    { kind: "genericIssuer", issuer: workflow.issuer, subject: { urlPrefix: "https://github.com/acme/" } },
  ],
  ["a key", byKey],
  ["a key with an annotation", { ...byKey, annotations: { env: "prod" } }],
];

describe("signatures in the image `sha256-<hex>.sig`", () => {
  it.each(constraints)("kwctl-and-oci 3 to 5: satisfy %s", async (_what, constraint) => {
    image.putLayers([
      await layerByIdentity(image.digest, { sigstore, identity: alice }),
      await layerByIdentity(image.digest, { sigstore, identity: workflow }),
      await layerByKey(image.digest, { key, optional: { env: "prod" } }),
    ]);
    expect(await image.verify(constraint, trusting(sigstore))).toEqual({ digest: image.digest });
  });

  it("kwctl-and-oci 16.2: of 2021, with an entry of the kind `rekord`", async () => {
    image.putLayers([await layerByIdentity(image.digest, { sigstore, identity: alice, kind: "rekord" })]);
    await image.verify(byAlice, trusting(sigstore));
  });

  it.each(["other.example.com/image@sha256:00", "sha256:00"])(
    "kwctl-and-oci 2: of another image (%s) are left out",
    async (digest) => {
      image.putLayers([await layerByKey(digest, { key })]);
      expect(await image.refusal(byKey, noTrust)).toMatchObject({
        code: "SIGSTORE_UNTRUSTED",
        message: "failed to get image trusted layers: No Signature Layer passed verification",
        reasons: [expect.stringContaining("the payload is about another image")],
      });
    },
  );

  it("kwctl-and-oci 15.2: with a certificate that proves nothing count by their key", async () => {
    const layer = await layerByKey(image.digest, { key });
    const annotations = { ...layer.annotations, "dev.sigstore.cosign/certificate": "none" };
    image.putLayers([{ ...layer, annotations }]);
    await image.verify(byKey, noTrust);
    expect((await image.refusal(byAlice, trusting(sigstore))).code).toBe("SIGSTORE_UNSATISFIED");
  });
});

describe("bundles that refer to the image", () => {
  it.each(constraints)("kwctl-and-oci 22: satisfy %s", async (_what, constraint) => {
    image.putBundles([
      await bundleByIdentity(image.digest, { sigstore, identity: alice }),
      await bundleByIdentity(image.digest, { sigstore, identity: workflow, timestamped: true }),
      await bundleByKey(image.digest, { sigstore, key, annotations: { env: "prod" } }),
    ]);
    expect(await image.verify(constraint, trusting(sigstore))).toEqual({ digest: image.digest });
  });

  it("kwctl-and-oci 16.4: count together with those in the image beside", async () => {
    image.putLayers([await layerByKey(image.digest, { key })]);
    image.putBundles([await bundleByIdentity(image.digest, { sigstore, identity: alice })]);
    await image.verify({ allOf: [byKey, byAlice] }, trusting(sigstore));
  });

  it("kwctl-and-oci 16.4: a place that cannot be read is a warning", async () => {
    image.putLayers([await layerByKey(image.digest, { key })]);
    const fetchReferrers = () => Promise.reject(new OciError("no answer", { code: "OCI_UNAVAILABLE" }));
    await image.verify(byKey, { ...noTrust, client: (client) => ({ ...client, fetchReferrers }) });
    expect(image.lines).toMatchObject([
      { level: "warn", message: "signatures cannot be read", fields: { place: "referrers" } },
    ]);
  });

  it.each<[string, (digest: string) => Promise<object | string>]>([
    [
      "a statement about another image",
      () => bundleByIdentity(`sha256:${"0".repeat(64)}`, { sigstore, identity: alice }),
    ],
    [
      "a statement that is no signature",
      (digest) =>
        bundleByIdentity(digest, {
          ...{ sigstore, identity: alice, predicateType: "https://slsa.dev/provenance/v1" },
        }),
    ],
    [
      "an envelope of another content",
      (digest) => bundleByIdentity(digest, { sigstore, identity: alice, payloadType: "text/plain" }),
    ],
    ["what is no bundle", async () => "{}"],
    ["what is no JSON", async () => "{"],
  ])("kwctl-and-oci 22: leave out %s", async (_what, make) => {
    image.putBundles([(await make(image.digest)) as string]);
    expect((await image.refusal(byAlice, trusting(sigstore))).code).toBe("SIGSTORE_UNTRUSTED");
  });

  it("kwctl-and-oci 22: of another media type are none", async () => {
    const bundle = await bundleByIdentity(image.digest, { sigstore, identity: alice });
    image.putBundles([bundle], { layerType: "application/json" });
    expect((await image.refusal(byAlice, trusting(sigstore))).code).toBe("SIGSTORE_NO_SIGNATURES");
  });
});

describe("what is needed", () => {
  it("kwctl-and-oci 24: by a key, no trust root; what the log says is not looked at then", async () => {
    image.putLayers([await layerByKey(image.digest, { key, sigstore })]);
    image.putBundles([await bundleByKey(image.digest, { key, sigstore })]);
    await image.verify(byKey, noTrust);
    expect(image.lines.map(({ level, message }) => [level, message])).toEqual([
      ["warn", "there is no Sigstore trust root: entries of transparency logs are not looked at"],
    ]);
  });

  it("kwctl-and-oci 24: by a key without an entry of a log, the trust root is not asked for", async () => {
    image.putLayers([await layerByKey(image.digest, { key })]);
    await image.verify(byKey, { trustRoot: { load: () => expect.fail("it was asked for") } });
  });

  it.each<[string, Constraint]>([
    ["an identity", byAlice],
    ["a repository", byAcme],
  ])("kwctl-and-oci 8: by %s, a trust root; without, nothing is accepted", async (_what, constraint) => {
    image.putLayers([await layerByIdentity(image.digest, { sigstore, identity: alice })]);
    expect((await image.refusal(constraint, noTrust)).code).toBe("SIGSTORE_TRUST_ROOT_UNAVAILABLE");
  });

  it("kwctl-and-oci 8: a trust root that breaks is no missing one", async () => {
    image.putLayers([await layerByKey(image.digest, { key, sigstore })]);
    const mistake = new TypeError("mistake");
    const trustRoot = { load: () => Promise.reject(mistake) };
    await expect(image.verify(byKey, { trustRoot })).rejects.toBe(mistake);
  });

  it("kwctl-and-oci 8: a caller that leaves is no reason to accept", async () => {
    const reason = new Error("left");
    await expect(
      image.verify(byKey, { ...noTrust, signal: AbortSignal.abort(reason) }),
    ).rejects.toBeInstanceOf(Error);
  });
});

describe("texts", () => {
  it("kwctl-and-oci 15.1: no signatures", async () => {
    const { host } = image.registry;
    expect(await image.refusal(byKey, noTrust)).toMatchObject({
      code: "SIGSTORE_NO_SIGNATURES",
      message: `no signatures found for image: ${host}/acme/app:v1 `,
    });
  });

  it("kwctl-and-oci 3: a constraint that is not satisfied", async () => {
    image.putLayers([await layerByKey(image.digest, { key: otherKey })]);
    const constraint = { ...byKey, key: "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n" };
    const { message, reasons } = await image.refusal({ allOf: [byKey, constraint] }, noTrust);
    const [first = "", ...lines] = key.publicKey.trimEnd().split("\n");
    expect(message).toBe(
      [
        "Image verification failed: missing signatures",
        "The following constraints were not satisfied:",
        "kind: pubKey",
        "owner: null",
        ...["key: |", `  ${first}`, ...lines.map((line) => `  ${line}`)],
        "annotations: null",
        "kind: pubKey",
        "owner: null",
        "key: |",
        "  -----BEGIN PUBLIC KEY-----",
        "  AA==",
        "  -----END PUBLIC KEY-----",
        "annotations: null\n",
      ].join("\n"),
    );
    expect(reasons).toEqual([
      expect.stringMatching(/^sha256:[0-9a-f]{64}: the signature was not made with the key$/),
      expect.stringMatching(/^the public key cannot be read: /),
    ]);
  });

  it("kwctl-and-oci 6: fewer than the least number", async () => {
    image.putLayers([await layerByKey(image.digest, { key })]);
    const anyOf = { minimumMatches: 2, signatures: [byKey, byAlice, byAcme] };
    const { message } = await image.refusal({ anyOf }, trusting(sigstore));
    expect(message).toBe(
      [
        "Image verification failed: minimum number of signatures not reached: needed 2, got 1",
        "The following constraints were not satisfied:",
        "kind: genericIssuer",
        "issuer: https://login.test/oauth",
        "subject: !equal alice@example.com",
        "annotations: null",
        "kind: githubAction",
        "owner: acme",
        "repo: app",
        "annotations: null\n",
      ].join("\n"),
    );
  });

  it("kwctl-and-oci 14: a configuration that asks for nothing accepts nothing", async () => {
    image.putLayers([await layerByKey(image.digest, { key })]);
    for (const config of [{}, { allOf: [] }]) {
      const { message } = await image.refusal(config, noTrust);
      expect(message).toBe("Image verification failed: no signatures to verify");
    }
    const anyOf = { minimumMatches: 0, signatures: [] };
    expect((await image.refusal({ anyOf }, noTrust)).code).toBe("SIGSTORE_UNSATISFIED");
  });

  it("kwctl-and-oci 14: one signature may satisfy several entries", async () => {
    image.putLayers([await layerByKey(image.digest, { key })]);
    await image.verify({ anyOf: { minimumMatches: 2, signatures: [byKey, byKey] } }, noTrust);
  });
});
