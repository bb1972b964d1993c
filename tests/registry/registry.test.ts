import { describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { send } from "./http.ts";
import { digestOf, FORMATS, type Format, pushImage, pushIndex } from "./push.ts";
import { type RegistryOptions, startRegistry } from "./start-registry.ts";

const alice = { user: "alice", password: "open: sesame" };
const repository = "policies/demo";

function basic(password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${alice.user}:${password}`).toString("base64")}` };
}

describe.skipIf(requires("registry").skip)("a real registry", () => {
  it.each<[string, RegistryOptions]>([
    ["over plain HTTP", {}],
    ["over TLS", { tls: true }],
    ["with passwords", { auth: { kind: "basic", ...alice } }],
    ["with tokens", { auth: { kind: "token", ...alice } }],
    ["with tokens over TLS", { tls: true, auth: { kind: "token", ...alice } }],
  ])("takes and gives images %s", async (_row, options) => {
    await using registry = await startRegistry(options);
    const pushed = await pushImage(registry, { repository, tag: "v1" });
    const path = `/v2/${repository}/manifests/v1`;
    const headers = { accept: FORMATS.oci.manifest };
    const { status, body } = await registry.send({ method: "GET", path, repository, headers });
    expect([status, digestOf(body)]).toEqual([200, pushed.digest]);
    expect(registry.url.startsWith(options.tls ? "https:" : "http:")).toBe(true);
  });

  it.each<Format>(["oci", "docker"])(
    "keeps images of several platforms in the %s formats",
    async (format) => {
      await using registry = await startRegistry();
      const platforms = ["amd64", "arm64"].map((architecture) => ({ os: "linux", architecture }));
      const manifests = [];
      for (const platform of platforms) {
        const manifest = await pushImage(registry, { repository, format, config: platform });
        manifests.push({ manifest, platform });
      }
      const index = await pushIndex(registry, { repository, tag: "v1", format, manifests });
      const headers = { accept: FORMATS[format].index };
      const answer = await registry.send({
        method: "GET",
        path: `/v2/${repository}/manifests/v1`,
        repository,
        headers,
      });
      expect(answer.headers["content-type"]).toBe(FORMATS[format].index);
      expect(answer.headers["docker-content-digest"]).toBe(index.digest);
      expect(JSON.parse(answer.body.toString())).toMatchObject({
        manifests: platforms.map((platform) => ({ platform, mediaType: FORMATS[format].manifest })),
      });
    },
  );

  it.each([
    ["no credentials", {}, 401],
    ["a wrong password", basic("guess"), 401],
    ["the right password", basic(alice.password), 200],
  ])("answers %s", async (_row, headers, expected) => {
    await using registry = await startRegistry({ auth: { kind: "basic", ...alice } });
    const { status } = await send({ method: "GET", url: `${registry.url}/v2/`, headers });
    expect(status).toBe(expected);
  });

  it.each([
    ["nothing, without credentials", "nothing", {}, [200, 401]],
    ["pull, without credentials where that is allowed", "pull", {}, [200, 200]],
    ["no token, with a wrong password", "pull", basic("guess"), [401]],
    ["pull, with the right password", "nothing", basic(alice.password), [200, 200]],
  ] as const)("gives out tokens for %s", async (_row, anonymous, headers, statuses) => {
    await using registry = await startRegistry({ tls: true, auth: { kind: "token", ...alice, anonymous } });
    await pushImage(registry, { repository, tag: "v1" });
    const url = `${registry.url}/v2/${repository}/manifests/v1`;
    const { ca } = registry;
    const challenge = await send({ method: "GET", url, ca });
    expect(challenge.status).toBe(401);
    const fields = /realm="(.+?)",service="(.+?)",scope="(.+?)"/.exec(
      challenge.headers["www-authenticate"] ?? "",
    );
    const [, realm = "", service = "", scope = ""] = fields ?? [];
    const query = new URLSearchParams({ service, scope });
    const asked = await send({ method: "GET", url: `${realm}?${query}`, headers, ca });
    expect(registry.tokenRequests.at(-1)).toMatchObject({
      scopes: [`repository:${repository}:pull`],
      service,
    });
    const seen = [asked.status];
    if (asked.status === 200) {
      const { token } = JSON.parse(asked.body.toString());
      const bearer = { authorization: `Bearer ${token}`, accept: FORMATS.oci.manifest };
      seen.push((await send({ method: "GET", url, headers: bearer, ca })).status);
    }
    expect(seen).toEqual(statuses);
  });
});
