import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { silentLogger } from "@kubewarden-ts/base";
import { openServerTls } from "@kubewarden-ts/x509/tls";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Authority, createAuthority } from "../../../../tests/support/authority.ts";
import { maxReviewBytes } from "./admit.ts";
import * as make from "./testing/objects.ts";
import { admissionContext, review } from "./testing/reviews.ts";
import { type AnsweredReview, startWebhookServer } from "./webhook-server.ts";

const path = "/validate-policies-kubewarden-io-v1-policyserver";
const body = review({ operation: "CREATE", object: make.policyServer() });

describe("the webhook server", () => {
  let folder: string;
  let authority: Authority;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "webhook-server-"));
    authority = await createAuthority();
    await issue(authority);
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function issue(from: Authority): Promise<void> {
    const { cert, key } = await from.issue({ commonName: "webhooks", dnsNames: ["webhooks.test"] });
    await writeFile(join(folder, "tls.crt"), cert);
    await writeFile(join(folder, "tls.key"), key);
  }

  async function start({ clientCa }: { clientCa?: Authority } = {}) {
    if (clientCa !== undefined) await writeFile(join(folder, "client-ca.crt"), clientCa.cert);
    const files = {
      certFile: join(folder, "tls.crt"),
      keyFile: join(folder, "tls.key"),
      clientCaFiles: clientCa === undefined ? [] : [join(folder, "client-ca.crt")],
    };
    const answered: AnsweredReview[] = [];
    const server = await startWebhookServer({
      host: "127.0.0.1",
      port: 0,
      certificates: await openServerTls(files, silentLogger),
      watching: { pollMs: 20, settleMs: 10 },
      context: admissionContext(),
      log: silentLogger,
      observe: (each) => answered.push(each),
    });
    return Object.assign(server, { answered });
  }

  function post(port: number, content: string, options: RequestOptions = {}) {
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number | undefined;
      body: unknown;
    }>();
    const headers = { "content-type": "application/json" };
    const tls = { servername: "webhooks.test", ca: authority.cert, agent: false as const };
    const sent = { host: "127.0.0.1", port, path, method: "POST", headers, ...tls, ...options };
    request(sent, async (response) => {
      resolve({ status: response.statusCode, body: JSON.parse(await text(response)) });
    })
      .on("error", reject)
      .end(content);
    return promise;
  }

  it("answers reviews over TLS, and tells what it answered", async () => {
    await using server = await start();
    expect(await post(server.port, body, { path: `${path}?timeout=10s` })).toMatchObject({
      status: 200,
      body: { response: { uid: "u-1", allowed: true } },
    });
    expect(server.answered).toEqual([{ webhook: path, code: 200, durationMs: expect.any(Number) }]);
  });

  it("answers what is too long, and goes on", async () => {
    await using server = await start();
    const longest = body.padEnd(maxReviewBytes, " ");
    expect(await post(server.port, longest)).toMatchObject({ body: { response: { allowed: true } } });
    expect(await post(server.port, `${longest} `)).toMatchObject({
      status: 200,
      body: { response: { uid: "", allowed: false, status: { code: 413 } } },
    });
    expect(server.answered.map(({ code }) => code)).toEqual([200, 413]);
  });

  it("has no other paths", async () => {
    await using server = await start();
    expect(await post(server.port, body, { path: "/validate" })).toMatchObject({ status: 404 });
    expect(server.answered).toEqual([]);
  });

  it("outlives a client that breaks off", async () => {
    await using server = await start();
    const headers = { "content-type": "application/json", "content-length": 1000 };
    const options = {
      host: "127.0.0.1",
      port: server.port,
      path,
      method: "POST",
      headers,
      agent: false as const,
    };
    const broken = request({ ...options, servername: "webhooks.test", ca: authority.cert });
    const closed = new Promise((resolve) => broken.on("close", resolve).on("error", () => {}));
    broken.write("{", () => broken.destroy());
    await closed;
    expect(await post(server.port, body)).toMatchObject({ status: 200 });
  });

  it("controller 30: refuses clients without a certificate of the client authority", async () => {
    const clients = await createAuthority("clients");
    await using server = await start({ clientCa: clients });
    const client = await clients.issue({ commonName: "api-server" });
    expect(await post(server.port, body, client)).toMatchObject({ status: 200 });
    await expect(post(server.port, body)).rejects.toThrow();
    const stranger = await authority.issue({ commonName: "api-server" });
    await expect(post(server.port, body, stranger)).rejects.toThrow();
    expect(server.answered).toHaveLength(1);
  });

  it("uses another certificate when the files change, without a restart", async () => {
    await using server = await start();
    await expect(post(server.port, body)).resolves.toMatchObject({ status: 200 });
    authority = await createAuthority("other");
    await issue(authority);
    await vi.waitFor(() => post(server.port, body), { timeout: 10_000, interval: 50 });
  });

  it("refuses TLS before 1.2", async () => {
    await using server = await start();
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await expect(post(server.port, body, old)).rejects.toThrow();
  });

  it("says which port cannot be used", async () => {
    await using server = await start();
    const certificates = await openServerTls(
      { certFile: join(folder, "tls.crt"), keyFile: join(folder, "tls.key"), clientCaFiles: [] },
      silentLogger,
    );
    const second = startWebhookServer({
      ...{ host: "127.0.0.1", port: server.port, certificates },
      ...{ context: admissionContext(), log: silentLogger },
    });
    await expect(second).rejects.toMatchObject({
      code: "CONTROLLER_BIND_FAILED",
      message: expect.stringContaining(
        `listen on 127.0.0.1:${server.port} for webhooks: Address already in use`,
      ),
    });
  });
});
