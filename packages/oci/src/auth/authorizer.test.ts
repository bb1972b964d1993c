import { createLogger, errorText, type LogLine } from "@kubewarden-ts/base";
import { describe, expect, it } from "vitest";
import type { Credentials } from "../credentials/credential.ts";
import { clientFor, imageAt, jane, standingClock, until } from "../testing/client-under-test.ts";
import type { FakeAuthOptions } from "../testing/fake-auth.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fake-registry.ts";

const { signal } = new AbortController();
const users = { jane: "secret" };
const basicJane = `Basic ${Buffer.from("jane:secret").toString("base64")}`;
const identity: Credentials = { credentialFor: async () => ({ kind: "identity-token", token: "refresh" }) };

async function guarded(auth: FakeAuthOptions): Promise<FakeRegistry> {
  const registry = await startFakeRegistry({ auth });
  registry.putImage("acme/app", { tag: "v1" });
  registry.putImage("acme/other", { tag: "v1" });
  return registry;
}

/** What was asked, with the header that showed who asked. */
const asked = (registry: FakeRegistry): string[] =>
  registry.requests.map(
    ({ method, url, headers }) =>
      `${method} ${decodeURIComponent(url)} ${headers.authorization ?? "anonymous"}`,
  );

const manifest = "HEAD /v2/acme/app/manifests/v1";
const tokenQuery = "/token?scope=repository:acme/app:pull&service=fake-registry";

describe("kwctl-and-oci 17: a registry that", () => {
  it("asks for nothing gets no credentials", async () => {
    await using registry = await startFakeRegistry();
    registry.putImage("acme/app", { tag: "v1" });
    await using client = clientFor([registry], { credentials: jane });
    await client.fetchDigest(imageAt(registry), { signal });
    expect(asked(registry)).toEqual(["GET /v2/ anonymous", `${manifest} anonymous`]);
  });

  it("asks for Basic gets it with every request, and is asked once", async () => {
    await using registry = await guarded({ kind: "basic", users });
    await using client = clientFor([registry], { credentials: jane });
    for (let round = 0; round < 2; round++) await client.fetchDigest(imageAt(registry), { signal });
    expect(asked(registry)).toEqual([
      "GET /v2/ anonymous",
      `${manifest} ${basicJane}`,
      `${manifest} ${basicJane}`,
    ]);
  });

  it("asks for a token gets one for each repository, bought with user and password", async () => {
    await using registry = await guarded({ kind: "bearer", users });
    await using client = clientFor([registry], { credentials: jane });
    for (let round = 0; round < 2; round++) await client.fetchDigest(imageAt(registry), { signal });
    await client.fetchDigest(imageAt(registry, { tag: "v1" }, "acme/other"), { signal });
    expect(asked(registry)).toEqual([
      "GET /v2/ anonymous",
      `GET ${tokenQuery} ${basicJane}`,
      `${manifest} Bearer token-1`,
      `${manifest} Bearer token-1`,
      `GET ${tokenQuery.replace("app", "other")} ${basicJane}`,
      "HEAD /v2/acme/other/manifests/v1 Bearer token-2",
    ]);
  });

  it("gives tokens to everybody gives one to an anonymous client", async () => {
    await using registry = await guarded({ kind: "bearer" });
    await using client = clientFor([registry]);
    await client.fetchDigest(imageAt(registry), { signal });
    expect(asked(registry)[1]).toBe(`GET ${tokenQuery} anonymous`);
  });

  it("sells tokens for identity tokens gets one", async () => {
    await using registry = await guarded({ kind: "bearer", users, identityTokens: ["refresh"] });
    await using client = clientFor([registry], { credentials: identity });
    await client.fetchDigest(imageAt(registry), { signal });
    expect(registry.requests[1]).toMatchObject({ method: "POST", url: "/token" });
    expect(Object.fromEntries(new URLSearchParams(registry.requests[1]?.body))).toEqual({
      scope: "repository:acme/app:pull",
      service: "fake-registry",
      grant_type: "refresh_token",
      client_id: "kubewarden-ts",
      refresh_token: "refresh",
    });
    expect(registry.requests[1]?.headers).not.toHaveProperty("authorization");
  });

  it("gets one request for a token, however many ask for one at the same time", async () => {
    await using registry = await guarded({ kind: "bearer", users });
    await using client = clientFor([registry], { credentials: jane });
    await Promise.all(Array.from({ length: 20 }, () => client.fetchDigest(imageAt(registry), { signal })));
    expect(asked(registry).filter((line) => !line.startsWith("HEAD"))).toHaveLength(2);
  });
});

describe("kwctl-and-oci 17: what is not accepted", () => {
  it.each<[string, FakeAuthOptions, Credentials | undefined, string]>([
    ["no credentials", { kind: "basic", users }, undefined, ""],
    ["an identity token for Basic", { kind: "basic", users }, identity, ""],
    [
      "a password that buys no token",
      { kind: "bearer", users: { jane: "other" } },
      jane,
      ': Fail to interact with OCI registry: Authentication failure: {"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password","detail":{}}]}',
    ],
    [
      "an identity token that buys no token",
      { kind: "bearer", users },
      identity,
      ': Fail to interact with OCI registry: Authentication failure: {"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password","detail":{}}]}',
    ],
    [
      "a token service that gives none",
      { kind: "bearer", makeToken: () => "" },
      undefined,
      ": Fail to interact with OCI registry: Authentication failure: the token service answered without a token",
    ],
    [
      "a token that is no header",
      { kind: "bearer", makeToken: () => "a\r\nx: y" },
      undefined,
      ": Fail to interact with OCI registry: Authentication failure: the token service answered without a token",
    ],
  ])("%s: the request goes out anonymously, and is refused", async (_row, auth, credentials, cause) => {
    await using registry = await guarded(auth);
    const lines: LogLine[] = [];
    const log = createLogger({ level: "debug", target: "test", write: (line) => lines.push(line) });
    await using client = clientFor([registry], { log, ...(credentials && { credentials }) });
    const error = await client
      .fetchManifest(imageAt(registry), { signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "OCI_UNAUTHORIZED" });
    expect(errorText(error)).toBe(
      `Fail to interact with OCI registry: Not authorized: url ${registry.url}/v2/acme/app/manifests/v1${cause}`,
    );
    const manifests = asked(registry).filter((line) => line.includes("/manifests/"));
    expect(manifests).toEqual(["GET /v2/acme/app/manifests/v1 anonymous"]);
    expect(JSON.stringify(lines)).not.toMatch(/secret|refresh|Basic/);
  });

  it("a token service that cannot be reached is named", async () => {
    await using registry = await guarded({ kind: "bearer", realm: "http://127.0.0.1:1/token" });
    await using client = clientFor([registry]);
    const error = await client
      .fetchManifest(imageAt(registry), { signal })
      .catch((reason: unknown) => reason);
    expect(errorText(error)).toMatch(
      /Not authorized: url .*: Fail to interact with OCI registry: error sending request for url \(http:\/\/127.0.0.1:1\/token\): /,
    );
  });

  it("a registry that is too busy to say what it wants is named", async () => {
    await using registry = await guarded({ kind: "basic", users });
    registry.intercept = ({ url }) => (url === "/v2/" ? { status: 429, body: "slow down" } : undefined);
    await using client = clientFor([registry], { credentials: jane });
    const error = await client
      .fetchManifest(imageAt(registry), { signal })
      .catch((reason: unknown) => reason);
    expect(errorText(error)).toMatch(
      /Not authorized: url .*: .*Server error: url .*\/v2\/, code: 429, message: slow down$/,
    );
    registry.intercept = undefined;
    await client.fetchManifest(imageAt(registry), { signal });
  });

  it("a password that is wrong is tried once", async () => {
    await using registry = await guarded({ kind: "basic", users: { jane: "other" } });
    await using client = clientFor([registry], { credentials: jane });
    await expect(client.fetchDigest(imageAt(registry), { signal })).rejects.toMatchObject({
      code: "OCI_UNAUTHORIZED",
    });
    expect(asked(registry)).toEqual(["GET /v2/ anonymous", `${manifest} ${basicJane}`]);
  });

  it.each([302, 307, 308])(
    "kwctl-and-oci 18: a token service that moves with %i gets no identity token sent on",
    async (status) => {
      await using other = await startFakeRegistry();
      await using registry = await guarded({ kind: "bearer", users, identityTokens: ["refresh"] });
      registry.intercept = ({ method }) =>
        method === "POST" ? { status, headers: { location: `${other.url}/token` } } : undefined;
      await using client = clientFor([registry, other], { credentials: identity });
      await expect(client.fetchDigest(imageAt(registry), { signal })).rejects.toMatchObject({
        code: "OCI_UNAUTHORIZED",
      });
      expect(other.requests).toEqual([]);
    },
  );

  it("a token service that hangs is left when the caller leaves", async () => {
    await using registry = await guarded({ kind: "bearer", users, identityTokens: ["refresh"] });
    registry.intercept = ({ method }) => (method === "POST" ? "handled" : undefined);
    await using client = clientFor([registry], { credentials: identity });
    const controller = new AbortController();
    const waiting = client.fetchDigest(imageAt(registry), { signal: controller.signal });
    const outcome = expect(waiting).rejects.toMatchObject({ code: "OCI_ABORTED" });
    await until(() => registry.requests.some(({ method }) => method === "POST"));
    controller.abort();
    await outcome;
  });

  it("a token that was withdrawn is replaced, once", async () => {
    await using registry = await guarded({ kind: "bearer", users });
    await using client = clientFor([registry], { credentials: jane });
    await client.fetchDigest(imageAt(registry), { signal });
    registry.revokeTokens();
    registry.requests.length = 0;
    await client.fetchDigest(imageAt(registry), { signal });
    expect(asked(registry)).toEqual([
      `${manifest} Bearer token-1`,
      "GET /v2/ anonymous",
      `GET ${tokenQuery} ${basicJane}`,
      `${manifest} Bearer token-2`,
    ]);
    registry.intercept = ({ url }) => (url.includes("manifests") ? { status: 401 } : undefined);
    registry.requests.length = 0;
    await expect(client.fetchDigest(imageAt(registry), { signal })).rejects.toMatchObject({
      code: "OCI_UNAUTHORIZED",
    });
    expect(registry.requests).toHaveLength(4);
  });
});

describe("checkAccess", () => {
  it.each<[string, FakeAuthOptions | undefined, Credentials | undefined, string | undefined]>([
    ["that asks for nothing", undefined, undefined, undefined],
    ["with Basic", { kind: "basic", users }, jane, undefined],
    ["with tokens", { kind: "bearer", users }, jane, undefined],
    ["with an identity token", { kind: "bearer", users, identityTokens: ["refresh"] }, identity, undefined],
    ["with Basic, as a stranger", { kind: "basic", users: { jane: "other" } }, jane, "OCI_UNAUTHORIZED"],
    ["with tokens, as a stranger", { kind: "bearer", users: { jane: "other" } }, jane, "OCI_UNAUTHORIZED"],
    ["with Basic, anonymously", { kind: "basic", users }, undefined, "OCI_UNAUTHORIZED"],
  ])("asks a registry %s", async (_row, auth, credentials, code) => {
    await using registry = await startFakeRegistry(auth === undefined ? {} : { auth });
    await using client = clientFor([registry], credentials === undefined ? {} : { credentials });
    const checked = client.checkAccess(registry.host, { signal });
    if (code === undefined) await expect(checked).resolves.toBeUndefined();
    else await expect(checked).rejects.toMatchObject({ code });
  });

  it("fails where there is no registry", async () => {
    await using client = clientFor([{ host: "127.0.0.1:1" }]);
    await expect(client.checkAccess("127.0.0.1:1", { signal })).rejects.toMatchObject({
      code: "OCI_UNAVAILABLE",
    });
  });
});

describe("tokens are kept", () => {
  const nowMs = 1_800_000_000_000;
  const webToken = (claims: unknown) => (count: number) =>
    [{}, claims, count].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const seconds = nowMs / 1000;

  it.each<[string, FakeAuthOptions, number]>([
    ["a minute", { kind: "bearer" }, 60],
    ["as long as the token service says", { kind: "bearer", tokenFields: { expires_in: 300 } }, 300],
    ["until the time they hold", { kind: "bearer", makeToken: webToken({ exp: seconds + 900 }) }, 900],
    [
      "until the time they hold, whatever the token service says",
      { kind: "bearer", tokenFields: { expires_in: 60 }, makeToken: webToken({ exp: seconds + 900 }) },
      900,
    ],
    ["a minute where the time is nonsense", { kind: "bearer", makeToken: webToken({ exp: "later" }) }, 60],
    ["a minute where there is no time", { kind: "bearer", makeToken: webToken([]) }, 60],
    ["a minute where what is said is nonsense", { kind: "bearer", tokenFields: { expires_in: "x" } }, 60],
  ])("%s, less five seconds", async (_row, auth, keptSeconds) => {
    await using registry = await guarded(auth);
    const clock = standingClock(nowMs);
    await using client = clientFor([registry], { clock });
    const tokens = async (atSeconds: number): Promise<number> => {
      clock.nowMs = nowMs + atSeconds * 1000;
      await client.fetchDigest(imageAt(registry), { signal });
      return registry.requests.filter(({ url }) => url.startsWith("/token")).length;
    };
    expect([await tokens(0), await tokens(keptSeconds - 6), await tokens(keptSeconds - 5)]).toEqual([
      1, 1, 2,
    ]);
  });

  it("not at all when their time is over", async () => {
    await using registry = await guarded({ kind: "bearer", makeToken: webToken({ exp: seconds - 1 }) });
    await using client = clientFor([registry], { clock: standingClock(nowMs) });
    for (let round = 0; round < 2; round++) await client.fetchDigest(imageAt(registry), { signal });
    expect(registry.requests.filter(({ url }) => url.startsWith("/token"))).toHaveLength(2);
  });

  it("under both names that token services use", async () => {
    await using registry = await guarded({ kind: "bearer", makeToken: () => "" });
    registry.intercept = ({ url, headers }) => {
      if (url.startsWith("/token")) return { status: 200, body: '{"access_token":"abc","token":null}' };
      return headers.authorization === "Bearer abc" ? { status: 200, body: "{}" } : undefined;
    };
    await using client = clientFor([registry]);
    expect(await client.fetchDigest(imageAt(registry), { signal })).toMatch(/^sha256:/);
  });
});
