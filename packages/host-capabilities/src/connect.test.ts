import { silentLogger } from "@kubewarden-ts/base";
import { createFakeApiServer, createFakeClock, staticAccess } from "@kubewarden-ts/kube/testing";
import { defaultSources } from "@kubewarden-ts/oci";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { describe, expect, it } from "vitest";
import { testPolicy } from "../fixtures/host.ts";
import { type ConnectOptions, connectCapabilities } from "./connect.ts";

const contextAwareResources = [{ apiVersion: "v1", kind: "Namespace" }];
const namespace = { api_version: "v1", kind: "Namespace", name: "shop", disable_cache: false };

function connect(options: Partial<ConnectOptions> = {}) {
  const host = connectCapabilities({
    lookup: async () => [{ address: "192.0.2.1" }],
    sources: defaultSources,
    credentials: { credentialFor: async () => undefined },
    platform: { os: "linux", architecture: "amd64" },
    access: undefined,
    userAgent: "program/1",
    log: silentLogger,
    ...options,
  });
  const { ask } = testPolicy({
    contextAwareResources,
    serve: host.serve,
    ...(options.clock && { now: options.clock.now }),
  });
  return { ask, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
}

describe("connected capabilities", () => {
  it("contact nobody before the first call, then by the name of the program", async () => {
    await using server = await createFakeApiServer();
    server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    await using host = connect({ access: staticAccess(server.url) });
    expect(server.requests).toEqual([]);
    expect(await host.ask("kubernetes/get_resource", namespace)).toMatchObject({
      answer: { kind: "Namespace", metadata: { name: "shop" } },
    });
    expect(server.requests.map(({ headers }) => headers["user-agent"])).toEqual(["program/1", "program/1"]);
  });

  it("policy-runtime 35: keep answers by the clock they are given", async () => {
    await using server = await createFakeApiServer();
    server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    const clock = createFakeClock();
    await using host = connect({ access: staticAccess(server.url), clock });
    const requests = async (): Promise<number> => {
      await host.ask("kubernetes/get_resource", namespace);
      return server.count({ path: "/api/v1/namespaces/shop" });
    };
    expect([await requests(), await requests()]).toEqual([1, 1]);
    await clock.advance(5000);
    expect(await requests()).toBe(2);
  });

  it("policy-server 31: have no cluster where none is configured", async () => {
    await using host = connect();
    expect(await host.ask("kubernetes/list_resources_all", namespace)).toEqual({
      error: "Callback evaluation failure: kube::Client was not initialized properly",
    });
    expect(await host.ask("net/v1/dns_lookup_host", "h")).toEqual({ answer: { ips: ["192.0.2.1"] } });
  });

  it("policy-runtime 40: trust no certificate that is none", async () => {
    await using host = connect();
    const cert = { encoding: "Der", data: [1] };
    expect(await host.ask("crypto/v1/is_certificate_trusted", { cert })).toEqual({
      error: expect.stringMatching(/^Callback evaluation failure: .*certificate/i),
    });
  });

  it("policy-runtime 40: trust those whom Mozilla trusts, where a policy names nobody", async () => {
    await using host = connect();
    const cert = { encoding: "Pem", data: [...Buffer.from(issueCertificate("own").cert)] };
    const trust = (rest: object) => host.ask("crypto/v1/is_certificate_trusted", { cert, ...rest });
    expect(await trust({})).toEqual({
      answer: { trusted: false, reason: "Certificate is not trusted by the provided cert chain" },
    });
    const root = issueCertificate("root", { authority: true });
    const signed = issueCertificate("signed", { issuer: root });
    const encode = (pem: string) => ({ encoding: "Pem", data: [...Buffer.from(pem)] });
    expect(await trust({ cert: encode(signed.cert), cert_chain: [encode(root.cert)] })).toEqual({
      answer: { trusted: true, reason: "" },
    });
  });

  it("end with their owner: what is asked then fails", async () => {
    await using server = await createFakeApiServer();
    server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    const host = connect({ access: staticAccess(server.url) });
    expect(await host.ask("kubernetes/list_resources_all", namespace)).toHaveProperty("answer");
    expect(server.watches).toHaveLength(1);
    await host[Symbol.asyncDispose]();
    await server.until(() => server.watches.length === 0);
    expect(await host.ask("kubernetes/list_resources_all", namespace)).toHaveProperty("error");
  });
});
