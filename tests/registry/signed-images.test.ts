import { generateKeyPairSync } from "node:crypto";
import { silentLogger } from "@kubewarden-ts/base";
import { parseSources, type Sources } from "@kubewarden-ts/oci";
import { createTrustRoot, type TrustRoot } from "@kubewarden-ts/sigstore";
import { payloadFor, signBytes } from "@kubewarden-ts/sigstore/testing";
import {
  basicConstraints,
  der,
  extension,
  issueCertificate,
  oid,
  sequence,
} from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryFiles } from "../../apps/kwctl/src/testing/memory-files.ts";
import { runKwctl } from "../../apps/kwctl/src/testing/run-kwctl.ts";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { standingClock } from "../support/clocks.ts";
import { connectHost } from "../support/connected-host.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { requires } from "../support/requirements.ts";
import { startSigstore } from "../support/sigstore-services.ts";
import { pushImage } from "./push.ts";
import { putSignatureLayers } from "./signature-layers.ts";
import { type Registry, startRegistry } from "./start-registry.ts";

const githubIssuer = "https://token.actions.githubusercontent.com";
const workflow = "https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1";
const repository = "apps/demo";

/** For signing code, of somebody with an address. */
function signingCertificate(issuer?: ReturnType<typeof issueCertificate>) {
  return issueCertificate("signer", {
    ...(issuer && { issuer }),
    extensions: [
      basicConstraints({ authority: false }),
      extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.3"))),
      extension("2.5.29.17", sequence(der(0x81, Buffer.from("signer@acme.test")))),
    ],
  });
}

describe.skipIf(requires("registry").skip)("signatures of images in a real registry", () => {
  const started = new AsyncDisposableStack();
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = key.publicKey.export({ format: "pem", type: "spki" }).toString();
  const otherPem = generateKeyPairSync("ec", { namedCurve: "P-256" })
    .publicKey.export({ format: "pem", type: "spki" })
    .toString();
  const authority = issueCertificate("authority", { authority: true });
  const certificate = signingCertificate(authority);
  let registry: Registry;
  let relay: Relay;
  let sources: Sources;
  let trustRoot: TrustRoot;
  const digests: Record<string, string> = {};

  beforeAll(async () => {
    registry = started.use(await startRegistry());
    relay = started.use(await startRelay(registry));
    const sigstore = started.use(await startSigstore());
    const insecure = JSON.stringify({ insecure_sources: [registry.host, relay.host] });
    sources = await parseSources(insecure);
    const text = JSON.stringify(sigstore.trustConfig());
    trustRoot = createTrustRoot({ kind: "trust-config", text, file: "trust.json" });
    for (const tag of ["key", "workflow", "certificate", "unsigned"]) await push(tag);
    const files = memoryFiles({
      "/sources.yml": insecure,
      "/trust.json": text,
      "/key": key.privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
      "/token": sigstore.token({ iss: githubIssuer, sub: workflow, repository: "acme/app" }),
    });
    const sign = async (tag: string, ...args: string[]) => {
      const uri = `${registry.host}/${repository}:${tag}`;
      const ended = await runKwctl(["sign", uri, "--sources-path=/sources.yml", ...args], { files });
      expect(ended).toMatchObject({ code: 0 });
    };
    await sign("key", "--key=/key", "-a", "env=prod");
    await sign("workflow", "--identity-token=/token", "--sigstore-trust-config=/trust.json");
    const digest = digests["certificate"] ?? expect.fail();
    const payload = Buffer.from(payloadFor(digest, { optional: { env: "prod" } }));
    const signature = signBytes(certificate.keys.privateKey, payload).toString("base64");
    const annotations = { "dev.cosignproject.cosign/signature": signature };
    await putSignatureLayers(registry, { repository, digest }, [{ payload, annotations }]);
  });
  afterAll(() => started.disposeAsync());

  async function push(tag: string): Promise<void> {
    const image = { repository, tag, layers: [{ bytes: Buffer.from(`layer of ${tag}`) }] };
    digests[tag] = (await pushImage(registry, image)).digest;
  }

  /** A policy that asks about images. */
  function policy(options: Parameters<typeof connectHost>[0] = {}) {
    const host = connectHost({ sources, trustRoot, ...options });
    const { ask } = testPolicy({ patterns: ["oci/*"], serve: host.serve });
    return { ask, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
  }
  const image = (tag: string): string => `${relay.host}/${repository}:${tag}`;
  const bytes = (text: string): number[] => [...Buffer.from(text)];

  type Asked = readonly [path: "oci/v1/verify" | "oci/v2/verify", payload: (image: string) => object];
  const byKeys =
    (keys: readonly string[], annotations: object | null) =>
    (image: string): object => ({ image, pub_keys: keys, annotations });
  const byIdentity =
    (issuer: string, subject: string) =>
    (image: string): object => ({ image, keyless: [{ issuer, subject }], annotations: null });
  const byPrefix =
    (issuer: string, url_prefix: string) =>
    (image: string): object => ({ image, keyless_prefix: [{ issuer, url_prefix }], annotations: null });
  const byRepository =
    (owner: string, repo: string | null) =>
    (image: string): object => ({ image, owner, repo, annotations: null });
  const byCertificate =
    (pem: string, chain: readonly string[] | null, require_rekor_bundle = false) =>
    (image: string): object => ({
      ...{ image, certificate: bytes(pem), certificate_chain: chain?.map(bytes) ?? null },
      ...{ require_rekor_bundle, annotations: { env: "prod" } },
    });
  const v1 = (kind: string, payload: (image: string) => object): Asked => [
    "oci/v1/verify",
    (image) => ({ [kind]: payload(image) }),
  ];
  const v2 = (type: string, payload: (image: string) => object): Asked => [
    "oci/v2/verify",
    (image) => ({ type, ...payload(image) }),
  ];

  it.each<[string, string, Asked]>([
    ["a key", "key", v1("SigstorePubKeyVerify", byKeys([pem], { env: "prod" }))],
    ["a key", "key", v2("SigstorePubKeyVerify", byKeys([pem], null))],
    ["an identity", "workflow", v1("SigstoreKeylessVerify", byIdentity(githubIssuer, workflow))],
    ["an identity", "workflow", v2("SigstoreKeylessVerify", byIdentity(githubIssuer, workflow))],
    [
      "a prefix",
      "workflow",
      v2("SigstoreKeylessPrefixVerify", byPrefix(githubIssuer, "https://github.com/acme")),
    ],
    ["an owner", "workflow", v2("SigstoreGithubActionsVerify", byRepository("acme", null))],
    ["a repository", "workflow", v2("SigstoreGithubActionsVerify", byRepository("acme", "app"))],
    ["a certificate", "certificate", v2("SigstoreCertificateVerify", byCertificate(certificate.cert, null))],
    [
      "a certificate with its chain",
      "certificate",
      v2("SigstoreCertificateVerify", byCertificate(certificate.cert, [authority.cert])),
    ],
  ])("policy-runtime 38: hold for %s (%s)", async (_what, tag, [path, payload]) => {
    await using asking = policy();
    expect(await asking.ask(path, payload(image(tag)))).toEqual({
      answer: { is_trusted: true, digest: digests[tag] },
    });
  });

  const missing = "Callback evaluation failure: Image verification failed: missing signatures\n";
  const unsatisfied = `${missing}The following constraints were not satisfied:\n`;
  it.each<[string, string, Asked, string]>([
    [
      "another key",
      "key",
      v1("SigstorePubKeyVerify", byKeys([otherPem], null)),
      `${unsatisfied}kind: pubKey\nowner: null\nkey: |\n`,
    ],
    [
      "one of two keys",
      "key",
      v2("SigstorePubKeyVerify", byKeys([pem, otherPem], null)),
      `${unsatisfied}kind: pubKey\n`,
    ],
    [
      "another annotation",
      "key",
      v2("SigstorePubKeyVerify", byKeys([pem], { env: "test" })),
      `${unsatisfied}kind: pubKey\n`,
    ],
    [
      "another subject",
      "workflow",
      v1("SigstoreKeylessVerify", byIdentity(githubIssuer, "kubewarden@cncf.io")),
      `${unsatisfied}kind: genericIssuer\nissuer: ${githubIssuer}\nsubject: !equal kubewarden@cncf.io\nannotations: null\n`,
    ],
    [
      "the beginning of another name",
      "workflow",
      v2("SigstoreKeylessPrefixVerify", byPrefix(githubIssuer, "https://github.com/acm")),
      `${unsatisfied}kind: genericIssuer\nissuer: ${githubIssuer}\nsubject: !urlPrefix https://github.com/acm/\n`,
    ],
    [
      "another repository",
      "workflow",
      v2("SigstoreGithubActionsVerify", byRepository("acme", "other")),
      `${unsatisfied}kind: githubAction\nowner: acme\nrepo: other\n`,
    ],
    [
      "a key that was used by an identity",
      "key",
      v2("SigstoreKeylessVerify", byIdentity(githubIssuer, workflow)),
      `${unsatisfied}kind: genericIssuer\n`,
    ],
    [
      "another certificate",
      "certificate",
      v2("SigstoreCertificateVerify", byCertificate(signingCertificate().cert, null)),
      "Callback evaluation failure: verification failed: ",
    ],
    [
      "a chain that ends elsewhere",
      "certificate",
      v2(
        "SigstoreCertificateVerify",
        byCertificate(certificate.cert, [issueCertificate("other", { authority: true }).cert]),
      ),
      "Callback evaluation failure: verification failed: ",
    ],
    [
      "a certificate whose signature no log has",
      "certificate",
      v2("SigstoreCertificateVerify", byCertificate(certificate.cert, null, true)),
      "Callback evaluation failure: verification failed: ",
    ],
    [
      "no signatures at all",
      "unsigned",
      v1("SigstorePubKeyVerify", byKeys([pem], null)),
      "Callback evaluation failure: no signatures found for image: ",
    ],
  ])("policy-runtime 38: do not hold for %s", async (_what, tag, [path, payload], text) => {
    await using asking = policy();
    const result = await asking.ask(path, payload(image(tag)));
    expect("error" in result && result.error.slice(0, text.length)).toBe(text);
  });

  it.each<[string, Asked, string]>([
    ["no keys", v1("SigstorePubKeyVerify", byKeys([], null)), "Must provide at least one pub key"],
    ["no keys", v2("SigstorePubKeyVerify", byKeys([], null)), "Must provide at least one pub key"],
    [
      "no identities",
      v1("SigstoreKeylessVerify", (image) => ({ image, keyless: [] })),
      "Must provide keyless info",
    ],
    [
      "no identities",
      v2("SigstoreKeylessVerify", (image) => ({ image, keyless: [] })),
      "Must provide keyless info",
    ],
    ["no owner", v2("SigstoreGithubActionsVerify", byRepository("", null)), "Must provide owner info"],
    [
      "a prefix that is no URL",
      v2("SigstoreKeylessPrefixVerify", byPrefix(githubIssuer, "acme")),
      'Invalid url_prefix: "acme" is not a URL',
    ],
  ])(
    "policy-runtime 38: are not asked for by %s, and the host lives on",
    async (_what, [path, payload], text) => {
      await using asking = policy();
      expect(await asking.ask(path, payload(image("key")))).toEqual({
        error: `Callback evaluation failure: ${text}`,
      });
      const [keyPath, keyPayload] = v2("SigstorePubKeyVerify", byKeys([pem], null));
      expect(await asking.ask(keyPath, keyPayload(image("key")))).toHaveProperty("answer");
    },
  );

  it("policy-runtime 38: no key and no network: what needs the trust root fails, what does not works", async () => {
    await using asking = policy({ trustRoot: undefined });
    const [path, payload] = v1("SigstoreKeylessVerify", byIdentity(githubIssuer, workflow));
    expect(await asking.ask(path, payload(image("workflow")))).toEqual({
      error: "Callback evaluation failure: there is no Sigstore trust root",
    });
    const [keyPath, keyPayload] = v1("SigstorePubKeyVerify", byKeys([pem], null));
    expect(await asking.ask(keyPath, keyPayload(image("key")))).toHaveProperty("answer");
  });

  it("policy-runtime 5.9: what holds is asked for once a minute, what does not every time", async () => {
    const clock = standingClock();
    await using asking = policy({ clock, log: silentLogger });
    const requests = async (pem: string): Promise<number> => {
      const before = relay.requests.length;
      await asking.ask("oci/v1/verify", { SigstorePubKeyVerify: byKeys([pem], null)(image("key")) });
      return relay.requests.length - before;
    };
    expect(await requests(pem)).toBeGreaterThan(0);
    expect(await requests(pem)).toBe(0);
    clock.nowMs += 60_000;
    expect(await requests(pem)).toBeGreaterThan(0);
    for (const _ of [1, 2]) expect(await requests(otherPem)).toBeGreaterThan(0);
  });
});
