import { describe, expect, it } from "vitest";
import { testPolicy } from "../../fixtures/host.ts";

const image = "ghcr.io/acme/app:v1";
const trusted = { answer: { is_trusted: true, digest: "sha256:bb" } };

describe("verification of images", () => {
  it.each<[string, string, unknown, object]>([
    [
      "public keys, first version",
      "oci/v1/verify",
      { SigstorePubKeyVerify: { image, pub_keys: ["k"], annotations: { env: "prod" } } },
      { kind: "public-keys", image, keys: ["k"], annotations: { env: "prod" } },
    ],
    [
      "identities, first version",
      "oci/v1/verify",
      { SigstoreKeylessVerify: { image, keyless: [{ issuer: "i", subject: "s" }], annotations: null } },
      { kind: "keyless", image, identities: [{ issuer: "i", subject: "s" }], annotations: {} },
    ],
    [
      "public keys",
      "oci/v2/verify",
      { type: "SigstorePubKeyVerify", image, pub_keys: ["k"] },
      { kind: "public-keys", image, keys: ["k"], annotations: {} },
    ],
    [
      "identities",
      "oci/v2/verify",
      { type: "SigstoreKeylessVerify", image, keyless: [{ issuer: "i", subject: "s" }] },
      { kind: "keyless", image, identities: [{ issuer: "i", subject: "s" }], annotations: {} },
    ],
    [
      "prefixes, which end at a slash",
      "oci/v2/verify",
      {
        type: "SigstoreKeylessPrefixVerify",
        image,
        keyless_prefix: [{ issuer: "i", url_prefix: "https://host.test/acme" }],
        annotations: null,
      },
      {
        kind: "keyless-prefix",
        image,
        identities: [{ issuer: "i", urlPrefix: "https://host.test/acme/" }],
        annotations: {},
      },
    ],
    [
      "a repository of GitHub",
      "oci/v2/verify",
      { type: "SigstoreGithubActionsVerify", image, owner: "acme", repo: null, annotations: null },
      { kind: "github", image, owner: "acme", repo: undefined, annotations: {} },
    ],
    [
      "a certificate",
      "oci/v2/verify",
      {
        type: "SigstoreCertificateVerify",
        image,
        certificate: [1],
        certificate_chain: null,
        require_rekor_bundle: true,
        annotations: null,
      },
      {
        kind: "certificate",
        image,
        certificate: Uint8Array.of(1),
        chain: undefined,
        requireRekorBundle: true,
        annotations: {},
      },
    ],
  ])("policy-runtime 38: understands %s", async (_what, path, payload, request) => {
    const { ask, deeds } = testPolicy();
    expect(await ask(path, payload)).toEqual(trusted);
    expect(deeds).toEqual([{ name: "verifyImage", with: [request] }]);
  });

  it.each<[string, string, unknown, string | RegExp]>([
    [
      "no keys",
      "oci/v1/verify",
      { SigstorePubKeyVerify: { image, pub_keys: null } },
      "Callback evaluation failure: Must provide at least one pub key",
    ],
    [
      "no identities",
      "oci/v2/verify",
      { type: "SigstoreKeylessVerify", image, keyless: [] },
      "Callback evaluation failure: Must provide keyless info",
    ],
    [
      "no keys, second version",
      "oci/v2/verify",
      { type: "SigstorePubKeyVerify", image, pub_keys: [] },
      "Callback evaluation failure: Must provide at least one pub key",
    ],
    [
      "no identities, first version",
      "oci/v1/verify",
      { SigstoreKeylessVerify: { image, keyless: [] } },
      "Callback evaluation failure: Must provide keyless info",
    ],
    [
      "no prefixes",
      "oci/v2/verify",
      { type: "SigstoreKeylessPrefixVerify", image, keyless_prefix: [] },
      "Callback evaluation failure: Must provide keyless info",
    ],
    [
      "an empty owner",
      "oci/v2/verify",
      { type: "SigstoreGithubActionsVerify", image, owner: "" },
      "Callback evaluation failure: Must provide owner info",
    ],
    [
      "a prefix that is no URL",
      "oci/v2/verify",
      { type: "SigstoreKeylessPrefixVerify", image, keyless_prefix: [{ issuer: "i", url_prefix: "acme" }] },
      'Callback evaluation failure: Invalid url_prefix: "acme" is not a URL',
    ],
    [
      "a kind of the second version in the first",
      "oci/v1/verify",
      { SigstoreGithubActionsVerify: { image, owner: "a" } },
      /^invalid payload: /,
    ],
    [
      "no image",
      "oci/v2/verify",
      { type: "SigstorePubKeyVerify", pub_keys: ["k"] },
      /^invalid payload: image/,
    ],
    ["an unknown kind", "oci/v2/verify", { type: "Trusted", image }, /^invalid payload: type/],
  ])("policy-runtime 38: refuses %s with a host error", async (_what, path, payload, message) => {
    const { ask, deeds } = testPolicy();
    const result = await ask(path, payload);
    expect("error" in result && result.error).toMatch(message);
    expect(deeds).toEqual([]);
    // the same host answers the next question
    expect(await ask("oci/v2/verify", { type: "SigstorePubKeyVerify", image, pub_keys: ["k"] })).toEqual(
      trusted,
    );
    expect(deeds).toHaveLength(1);
  });

  it("policy-runtime 38: a verification that fails is a host error, never an answer", async () => {
    const { ask } = testPolicy({}, { verifyImage: () => Promise.reject(new Error("missing signatures")) });
    expect(await ask("oci/v2/verify", { type: "SigstorePubKeyVerify", image, pub_keys: ["k"] })).toEqual({
      error: "Callback evaluation failure: missing signatures",
    });
  });
});
