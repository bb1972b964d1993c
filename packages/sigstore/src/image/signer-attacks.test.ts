import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ImageUnderTest, startImage } from "../../fixtures/image-under-test.ts";
import { alice, byKey, key, noTrust, otherKey, trusting, workflow } from "../../fixtures/signers.ts";
import type { Constraint } from "../config/constraint.ts";
import { urlPrefixOf } from "../config/url-prefix.ts";
import { layerAnnotations as names } from "../simple-signing/layer.ts";
import {
  createPrivateSigstore,
  hashedRekord,
  layerByIdentity,
  layerByKey,
  type PrivateSigstore,
  promiseText,
  type SignedLayer,
} from "../testing/index.ts";

const otherDigest = `sha256:${"0".repeat(64)}`;

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

describe("kwctl-and-oci 3 to 5: another signer is refused", () => {
  it("key confusion: another key", async () => {
    image.putLayers([await layerByKey(image.digest, { key: otherKey, sigstore })]);
    const { reasons } = await image.refusal(byKey, trusting(sigstore));
    expect(reasons).toEqual([expect.stringContaining("the signature was not made with the key")]);
  });

  it("key confusion: an entry of the log about another key", async () => {
    const real = await layerByKey(image.digest, { key });
    const signature = Buffer.from(real.annotations[names.signature] ?? "", "base64");
    const entry = await sigstore.log(hashedRekord(real.payload, signature, otherKey.publicKey));
    image.putLayers([changed(real, { [names.bundle]: promiseText(entry) })]);
    const { reasons } = await image.refusal(byKey, trusting(sigstore));
    expect(reasons).toEqual([expect.stringContaining("log is about another key")]);
  });

  it("key confusion: an entry of the log about another payload", async () => {
    const real = await layerByKey(image.digest, { key });
    const other = await layerByKey(otherDigest, { key, sigstore });
    image.putLayers([changed(real, { [names.bundle]: other.annotations[names.bundle] ?? "" })]);
    const { reasons } = await image.refusal(byKey, trusting(sigstore));
    expect(reasons).toEqual([expect.stringContaining("signature mismatch")]);
  });

  it.each([
    "https://github.com/acme-evil/x",
    "https://github.com/acme/../acme-evil/x",
    "https://github.com/acme",
  ])("kwctl-and-oci 5: prefix trick: %s", async (subject) => {
    const identity = { ...alice, subject };
    const urlPrefix = urlPrefixOf("https://github.com/acme") ?? expect.fail();
    image.putLayers([await layerByIdentity(image.digest, { sigstore, identity })]);
    const constraint: Constraint = { kind: "genericIssuer", issuer: alice.issuer, subject: { urlPrefix } };
    const { reasons } = await image.refusal(constraint, trusting(sigstore));
    expect(reasons).toEqual([expect.stringContaining("the signer is")]);
  });

  it.each<[string, object, RegExp]>([
    ["another issuer", { issuer: "https://evil.test" }, /the issuer is "https:\/\/evil.test"/],
    ["an e-mail address", { subject: "alice@github.com" }, /no workflow of GitHub/],
    ["another host", { subject: "https://github.com.evil.test/acme/app" }, /no workflow of GitHub/],
    ["the host alone", { subject: "https://github.com/acme" }, /no workflow of GitHub/],
    ["no repository in the certificate", { repository: undefined }, /does not name a repository/],
    ["another owner", { repository: "evil/app" }, /the owner of the repository is "evil"/],
    ["another repository", { repository: "acme/other" }, /the repository is "other"/],
    ["an owner that goes on", { repository: "acme/app/x" }, /does not name a repository/],
  ])("kwctl-and-oci 4: a workflow of GitHub with %s", async (_what, change, reason) => {
    const { repository, ...rest } = { ...workflow, ...change };
    const identity = { ...rest, ...(repository !== undefined && { repository }) };
    image.putLayers([await layerByIdentity(image.digest, { sigstore, identity })]);
    const constraint: Constraint = { kind: "githubAction", owner: "acme", repo: "app" };
    const { reasons } = await image.refusal(constraint, trusting(sigstore));
    expect(reasons.join("\n")).toMatch(reason);
  });

  it("kwctl-and-oci 15.3: annotations of another signature do not count", async () => {
    image.putLayers([
      await layerByKey(image.digest, { key }),
      await layerByKey(image.digest, { key: otherKey, optional: { env: "prod" } }),
    ]);
    const { reasons } = await image.refusal({ ...byKey, annotations: { env: "prod" } }, noTrust);
    expect(reasons).toEqual([
      expect.stringContaining('the annotation "env" is missing'),
      expect.stringContaining("the signature was not made with the key"),
    ]);
  });
});
