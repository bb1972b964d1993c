import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { type FakeRegistry, startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SigstoreServices, startSigstore } from "../../../../tests/support/sigstore-services.ts";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";

const issuer = "https://issuer.test";
const subject = "https://github.com/acme/policies/.github/workflows/release.yml@refs/tags/v1";
const repository = "acme/p";

describe("kwctl sign with an identity token", () => {
  let sigstore: SigstoreServices;
  let registry: FakeRegistry;
  beforeAll(async () => {
    sigstore = await startSigstore();
    registry = await startFakeRegistry();
  });
  afterAll(async () => {
    await sigstore?.[Symbol.asyncDispose]();
    await registry?.[Symbol.asyncDispose]();
  });

  const files = () =>
    memoryFiles({
      "/s.yml": JSON.stringify({ insecure_sources: [registry.host] }),
      "/t.json": JSON.stringify(sigstore.trustConfig()),
      "/token": sigstore.token({ iss: issuer, sub: subject }),
    });
  const shared = ["--sources-path=/s.yml", "--sigstore-trust-config=/t.json"];
  const sign = (tag: string, ...args: string[]) =>
    runKwctl(["sign", `registry://${registry.host}/${repository}:${tag}`, ...shared, ...args], {
      files: files(),
    });
  const verify = (tag: string, email: string) =>
    runKwctl(
      [
        ...["verify", `registry://${registry.host}/${repository}:${tag}`, ...shared],
        ...[`--cert-email=${email}`, `--cert-oidc-issuer=${issuer}`],
      ],
      { files: files() },
    );

  it.each<[string, (key: string, manifest: { subject?: { digest?: string } }, digest: string) => boolean]>([
    ["both forms", () => false],
    ["the simple signing layer alone", (_key, manifest, digest) => manifest.subject?.digest === digest],
    ["the bundle alone", (key) => key.endsWith(".sig")],
  ])("signs what kwctl verify accepts: %s", async (what, isLeftOut) => {
    const tag = what.replaceAll(" ", "-");
    const digest = registry.putImage(repository, { tag, layer: what });
    const signed = await sign(tag, "--identity-token=/token");
    expect(signed).toMatchObject({
      code: 0,
      stdout: `Policy successfully signed: ${registry.host}/${repository}@${digest}\n`,
    });
    for (const [key, { bytes }] of registry.manifests) {
      if (isLeftOut(key, JSON.parse(bytes.toString()), digest)) registry.manifests.delete(key);
    }
    const verified = await verify(tag, subject);
    expect(verified).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(verified.lines.at(-1)?.message).toBe("Policy successfully verified");
    const refused = await verify(tag, "somebody@else.test");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Image verification failed: missing signatures");
    expect(refused.lines.map(({ fields }) => fields["reason"])).toContainEqual(
      expect.stringContaining(`the signer is "${subject}"`),
    );
  });

  it("takes a token of the environment", async () => {
    const digest = registry.putImage(repository, { tag: "environment", layer: "environment" });
    const uri = `${registry.host}/${repository}:environment`;
    const env = { SIGSTORE_ID_TOKEN: sigstore.token({ iss: issuer, sub: subject }) };
    const signed = await runKwctl(["sign", uri, ...shared], { files: files(), env });
    expect(signed.stdout).toContain(digest);
    expect(await verify("environment", subject)).toMatchObject({ code: 0 });
  });

  it("says what the authority refuses, without the token, and attaches nothing", async () => {
    registry.putImage(repository, { tag: "refused" });
    await using authority = await startEcho();
    const trusted = JSON.stringify(sigstore.trustConfig());
    const contents = {
      "/s.yml": JSON.stringify({ insecure_sources: [registry.host] }),
      "/t.json": trusted.replace(/"caUrls":\[\{"url":"[^"]*"/, `"caUrls":[{"url":"${authority.url}"`),
    };
    const token = sigstore.token({ iss: issuer, sub: subject });
    const args = ["sign", `${registry.host}/${repository}:refused`, ...shared, `--identity-token=${token}`];
    const { code, stderr } = await runKwctl(args, { files: memoryFiles(contents) });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: Cannot sign with an identity token: .*not this token: …/);
    expect(stderr).not.toContain(token);
    expect([...registry.manifests.keys()].filter((key) => key.includes("refused"))).toHaveLength(1);
  });
});

/** An authority that repeats the token which it does not like. */
async function startEcho() {
  const server = createServer(async (request, response) => {
    const { credentials } = JSON.parse(await text(request));
    const message = `not this token: ${credentials.oidcIdentityToken}`;
    response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ message }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: typeof address === "object" ? `http://127.0.0.1:${address?.port}` : expect.fail(),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
