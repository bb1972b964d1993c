import { createServer } from "node:net";
import { errorText } from "@kubewarden-ts/base";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { issueCertificate } from "../../../../tests/support/certificates.ts";
import { clientFor, imageAt, standingClock } from "../testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fake-registry.ts";

const { signal } = new AbortController();
const root = issueCertificate("root", { authority: true });
const tls = issueCertificate("registry", { issuer: root });

let registry: FakeRegistry;
let other: FakeRegistry;
let digest = "";
beforeAll(async () => {
  [registry, other] = await Promise.all([startFakeRegistry(), startFakeRegistry()]);
  digest = registry.putImage("acme/app", { tag: "v1" });
});
beforeEach(() => {
  for (const each of [registry, other]) {
    each.intercept = undefined;
    each.requests.length = 0;
  }
});
afterAll(async () => {
  for (const each of [registry, other]) await each[Symbol.asyncDispose]();
});

const paths = (of: FakeRegistry): string[] => of.requests.map(({ method, url }) => `${method} ${url}`);
const manifestUrl = "/v2/acme/app/manifests/v1";

describe("the way to a host", () => {
  it("policy-server 30: is TLS alone for hosts that are not listed", async () => {
    await using client = clientFor([]);
    const error = await client.fetchDigest(imageAt(registry), { signal }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "OCI_UNAVAILABLE" });
    expect(errorText(error)).toMatch(
      new RegExp(
        `^Fail to interact with OCI registry: error sending request for url \\(https://${registry.host}${manifestUrl}\\): .+`,
      ),
    );
    expect(registry.requests).toEqual([]);
  });

  it("policy-server 30: is plain HTTP for listed hosts where TLS does not work", async () => {
    await using client = clientFor([registry]);
    for (let round = 0; round < 2; round++)
      expect(await client.fetchDigest(imageAt(registry), { signal })).toBe(digest);
    expect(paths(registry)).toEqual(["GET /v2/", `HEAD ${manifestUrl}`, `HEAD ${manifestUrl}`]);
  });

  it("policy-server 30: is TLS without a look at the certificate before plain HTTP", async () => {
    await using secure = await startFakeRegistry({ tls });
    const expected = secure.putImage("acme/app", { tag: "v1" });
    await using client = clientFor([secure]);
    expect(await client.fetchDigest(imageAt(secure), { signal })).toBe(expected);
    await using strict = clientFor([]);
    await expect(strict.fetchDigest(imageAt(secure), { signal })).rejects.toMatchObject({
      code: "OCI_UNAVAILABLE",
    });
    await using trusting = clientFor([], { sources: { authorities: new Map([[secure.host, [root.cert]]]) } });
    expect(await trusting.fetchDigest(imageAt(secure), { signal })).toBe(expected);
  });

  it("is looked for again when the one that worked does not any more", async () => {
    const first = await startFakeRegistry();
    const clock = standingClock();
    await using client = clientFor([first], { clock });
    const expected = first.putImage("acme/app", { tag: "v1" });
    expect(await client.fetchDigest(imageAt(first), { signal })).toBe(expected);
    first.intercept = (_request, response) => {
      response.destroy();
      return "handled";
    };
    await expect(client.fetchDigest(imageAt(first), { signal })).rejects.toMatchObject({
      code: "OCI_UNAVAILABLE",
    });
    first.intercept = undefined;
    expect(await client.fetchDigest(imageAt(first), { signal })).toBe(expected);
    await first[Symbol.asyncDispose]();
  });

  it("names the last way when there is none", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const address = closed.address();
    const host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    await new Promise((resolve) => closed.close(resolve));
    await using client = clientFor([{ host }]);
    const error = await client.fetchDigest(imageAt({ host }), { signal }).catch((reason: unknown) => reason);
    expect(errorText(error)).toBe(
      `Fail to interact with OCI registry: error sending request for url (http://${host}${manifestUrl}): connect ECONNREFUSED ${host}`,
    );
  });

  it("policy-server 30: leads through the proxy, but not to hosts of no_proxy", async () => {
    const image = imageAt({ host: "registry.test" });
    const proxies = { http: registry.url };
    const insecureSources = new Set(["registry.test"]);
    await using client = clientFor([], {
      sources: { insecureSources, proxies: { ...proxies, https: "http://127.0.0.1:1" } },
    });
    registry.intercept = ({ url }) => ({
      status: 200,
      headers: { "docker-content-digest": digest },
      body: url,
    });
    expect(await client.fetchDigest(image, { signal })).toBe(digest);
    expect(paths(registry)).toEqual([
      "GET http://registry.test/v2/",
      `HEAD http://registry.test${manifestUrl}`,
    ]);
    registry.requests.length = 0;
    await using direct = clientFor([registry], {
      sources: { proxies: { http: other.url, none: "127.0.0.0/8" } },
    });
    await direct.fetchDigest(imageAt(registry), { signal });
    expect(other.requests).toEqual([]);
    expect(registry.requests).toHaveLength(2);
  });
});
