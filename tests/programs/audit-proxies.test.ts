import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FakeApiServer } from "@kubewarden-ts/kube/testing";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accepting,
  type FakePolicyServer,
  startFakePolicyServer,
} from "../../apps/audit-scanner/src/evaluation/testing/fake-policy-server.ts";
import { cap, namespace, pod } from "../../apps/audit-scanner/src/scan/testing/scan-fixtures.ts";
import { fakeScannedCluster, kubeconfigOf } from "../../apps/audit-scanner/src/testing/scanned-cluster.ts";
import { type RecordingProxy, startRecordingProxy } from "../support/recording-proxy.ts";
import { bundledProgram } from "./bundled-program.ts";
import { bareEnvironment, runToEnd } from "./run-to-end.ts";

const started = new AsyncDisposableStack();
let folder = "";
let program = "";
let api: FakeApiServer;
let plain: FakePolicyServer;
let secure: FakePolicyServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-proxies-"));
  started.defer(() => rm(folder, { recursive: true }));
  program = started.use(await bundledProgram("audit-scanner")).path;
  api = started.use(await fakeScannedCluster([namespace("shop"), pod("shop/web"), cap("psp")]));
  plain = started.use(await startFakePolicyServer(() => accepting));
  const own = issueCertificate("policy-server", { issuer: issueCertificate("root", { authority: true }) });
  secure = started.use(await startFakePolicyServer(() => accepting, own));
}, 30_000);
afterAll(() => started.disposeAsync());

/** Names that only the proxy resolves. */
const apiAt = (host: string) => `http://${host}:${new URL(api.url).port}`;
const plainAt = (host: string) => `http://${host}:${plain.port}`;
const secureAt = (host: string) => `https://${host}:${secure.port}`;

/** Scans, and tells the result about the Pod. */
async function scan(server: string, policyServer: string, env: Readonly<Record<string, string>>) {
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigOf(server));
  const args = ["-u", policyServer, "--insecure-ssl", "--output-format", "json"];
  const ended = await runToEnd(program, args, {
    env: { ...bareEnvironment, KUBECONFIG: kubeconfig, ...env },
  });
  const { results } = JSON.parse(ended.stdout || '{"results":[]}');
  return { ...ended, results };
}

/** What went through the proxy, without paths. */
function targets({ requests }: RecordingProxy): readonly string[] {
  const withoutPath = (request: string) => request.replace(/^(?:GET|POST|PATCH) (http:\/\/[^/]+).*$/, "$1");
  return [...new Set(requests.map(withoutPath))].sort();
}

const passed = { exitCode: 0, results: [{ result: "pass" }] };

describe("audit-and-reports 1.2: proxies of the environment", () => {
  it("HTTP_PROXY is the way to API server and policy server", async () => {
    await using proxy = await startRecordingProxy({ host: "127.0.0.1" });
    const ended = await scan(apiAt("api.invalid"), plainAt("policies.invalid"), { HTTP_PROXY: proxy.url });
    expect(ended).toMatchObject(passed);
    expect(targets(proxy)).toEqual([apiAt("api.invalid"), plainAt("policies.invalid")]);
  });

  it("HTTPS_PROXY is the way to what is reached by TLS, and to nothing else", async () => {
    await using proxy = await startRecordingProxy({ host: "127.0.0.1" });
    const ended = await scan(api.url, secureAt("policies.invalid"), { HTTPS_PROXY: proxy.url });
    expect(ended).toMatchObject(passed);
    expect(targets(proxy)).toEqual([`CONNECT policies.invalid:${secure.port}`]);
  });

  it("NO_PROXY names are asked without it", async () => {
    await using proxy = await startRecordingProxy({ host: "127.0.0.1" });
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: "other.invalid,.direct.invalid" };
    const { results } = await scan(apiAt("api.invalid"), plainAt("policies.direct.invalid"), env);
    // only the proxy knows the name
    expect(results).toMatchObject([
      { result: "error", message: expect.stringMatching(/gave no verdict: its name cannot be resolved/) },
    ]);
    expect(targets(proxy)).toEqual([apiAt("api.invalid")]);
  });

  it.each([
    ["plain", "HTTP_PROXY", "it answered HTTP 403: not for you"],
    [
      "TLS",
      "HTTPS_PROXY",
      "the proxy does not let us through: it answered HTTP 403; look at HTTPS_PROXY and NO_PROXY",
    ],
  ])("a proxy that refuses (%s) is an error that says so", async (kind, variable, text) => {
    await using proxy = await startRefusingProxy();
    const policyServer = kind === "plain" ? plainAt("policies.invalid") : secureAt("policies.invalid");
    const { exitCode, results } = await scan(api.url, policyServer, { [variable]: proxy.url });
    expect(exitCode).toBe(0);
    expect(results).toMatchObject([
      { result: "error", message: `the policy server "default" gave no verdict: ${text}` },
    ]);
  });

  it("a proxy that is not there is an error that says so", async () => {
    const proxy = await startRefusingProxy();
    await proxy[Symbol.asyncDispose]();
    const { exitCode, results } = await scan(api.url, plainAt("policies.invalid"), { HTTP_PROXY: proxy.url });
    expect(exitCode).toBe(0);
    const text = "the proxy cannot be reached: connection refused; look at HTTP_PROXY and NO_PROXY";
    expect(results).toMatchObject([
      { result: "error", message: `the policy server "default" gave no verdict: ${text}` },
    ]);
  });

  it("a proxy that refuses the way to the API server ends the scanner", async () => {
    await using proxy = await startRefusingProxy();
    const { exitCode, stderr } = await scan(apiAt("api.invalid"), plain.url, { HTTP_PROXY: proxy.url });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("403");
  });
});

async function startRefusingProxy(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => {
    response.writeHead(403).end("not for you");
  });
  server.on("connect", (_request, socket) => {
    socket.on("error", () => {});
    socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
