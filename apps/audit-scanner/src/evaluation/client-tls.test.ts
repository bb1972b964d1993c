import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientTlsFiles, readClientTls } from "./client-tls.ts";
import { createEvaluator } from "./create-evaluator.ts";
import { accepting, type FakePolicyServer, startFakePolicyServer } from "./testing/fake-policy-server.ts";
import { pod, question } from "./testing/questions.ts";

const { signal } = new AbortController();
const root = issueCertificate("root", { authority: true });
const middle = issueCertificate("middle", { authority: true, issuer: root });
const stranger = issueCertificate("stranger", { authority: true });
const serverPair = issueCertificate("server", { issuer: root });
const client = issueCertificate("client", { issuer: root });
const files: Readonly<Record<string, string>> = {
  "ca.crt": `# our authority\n${root.cert}`,
  "middle.crt": middle.cert,
  "other.crt": stranger.cert,
  "client.crt": client.cert,
  "client.key": client.key,
  "stranger.key": stranger.key,
  "empty.crt": "",
  "odd.crt": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
};

let folder = "";
const started = new AsyncDisposableStack();
let [plain, mutual, below]: FakePolicyServer[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "audit-tls-"));
  started.defer(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const own = { cert: serverPair.cert, key: serverPair.key };
  plain = started.use(await startFakePolicyServer(() => accepting, own));
  const asking = { ...own, ca: root.cert, requestCert: true, rejectUnauthorized: true };
  mutual = started.use(await startFakePolicyServer(() => accepting, asking));
  const leaf = issueCertificate("leaf", { issuer: middle });
  below = started.use(await startFakePolicyServer(() => accepting, { cert: leaf.cert, key: leaf.key }));
});
afterAll(() => started.disposeAsync());

const path = (name: string | undefined) => name && join(folder, name);
const read = ({ extraCaFile, clientCertFile, clientKeyFile, insecure = false }: ClientTlsFiles) =>
  readClientTls(
    {
      extraCaFile: path(extraCaFile),
      clientCertFile: path(clientCertFile),
      clientKeyFile: path(clientKeyFile),
      insecure,
    },
    () => [],
  );

const pair = { clientCertFile: "client.crt", clientKeyFile: "client.key" };
const servers = { plain: () => plain, mutual: () => mutual, below: () => below };

describe("audit-and-reports 13: TLS", () => {
  it.each<[string, keyof typeof servers, ClientTlsFiles, string]>([
    ["the authority of --extra-ca is trusted", "plain", { extraCaFile: "ca.crt" }, "pass"],
    ["an intermediate one as well", "below", { extraCaFile: "middle.crt" }, "pass"],
    ["the pair is shown", "mutual", { extraCaFile: "ca.crt", ...pair }, "pass"],
    ["--insecure-ssl accepts any certificate", "plain", { insecure: true }, "pass"],
    [
      "an unknown authority",
      "plain",
      { extraCaFile: "other.crt" },
      "its certificate is not trusted: unable to get local issuer certificate; set --extra-ca to the file of its authority",
    ],
    ["no authority at all", "plain", {}, "its certificate is not trusted: "],
    ["no pair", "mutual", { extraCaFile: "ca.crt" }, "certificate, set --client-cert and --client-key"],
  ])("%s", async (_row, server, options, expected) => {
    await using evaluator = createEvaluator({ tls: await read(options), log: silentLogger });
    const url = servers[server]()?.url ?? "";
    const [verdict] = await evaluator.evaluate(pod(), [question("clusterwide-p", url)], signal);
    if (expected === "pass") expect(verdict).toMatchObject({ result: "pass" });
    else expect(verdict).toMatchObject({ result: "error", message: expect.stringContaining(expected) });
  });

  it("a certificate for another name", async () => {
    const tls = await read({ extraCaFile: "ca.crt" });
    await using evaluator = createEvaluator({ tls, log: silentLogger });
    const { port = 0 } = plain ?? {};
    const service = { name: "default", url: "https://policy-server.kubewarden.svc:443" };
    const asked = question("clusterwide-p", { ...service, endpoints: [`127.0.0.1:${port}`] });
    const [verdict] = await evaluator.evaluate(pod(), [asked], signal);
    expect(verdict).toMatchObject({
      result: "error",
      message: expect.stringContaining("policy-server.kubewarden.svc. is not in the cert's altnames"),
    });
  });

  it("a server without TLS", async () => {
    await using server = await startFakePolicyServer(() => accepting);
    await using evaluator = createEvaluator({ tls: await read({}), log: silentLogger });
    const url = `https://localhost:${server.port}`;
    const [verdict] = await evaluator.evaluate(pod(), [question("clusterwide-p", url)], signal);
    expect(verdict).toMatchObject({
      result: "error",
      message: expect.stringContaining("it does not speak TLS"),
    });
  });
});

describe("audit-and-reports 35: files that are no good", () => {
  it.each<[string, ClientTlsFiles, string]>([
    [
      "an authority that is not there",
      { extraCaFile: "none.crt" },
      'failed to create scanner: failed to read file "FOLDER/none.crt" with CA cert: No such file or directory (os error 2)',
    ],
    [
      "an authority without a certificate",
      { extraCaFile: "empty.crt" },
      "failed to create scanner: failed to append cert to in-app RootCAs trust store",
    ],
    [
      "an authority that is none",
      { extraCaFile: "odd.crt" },
      "failed to create scanner: failed to append cert to in-app RootCAs trust store",
    ],
    [
      "a key that is not there",
      { ...pair, clientKeyFile: "none.key" },
      "failed to create scanner: loading client certificate: FOLDER/none.key: No such file or directory (os error 2)",
    ],
    [
      "another's key",
      { ...pair, clientKeyFile: "stranger.key" },
      "failed to create scanner: loading client certificate: FOLDER/client.crt, FOLDER/stranger.key: not a certificate and its key: ",
    ],
  ])("%s", async (_row, options, text) => {
    await expect(read(options)).rejects.toThrow(text.replaceAll("FOLDER", folder));
  });
});
