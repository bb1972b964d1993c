import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, type SecureVersion, connect as tlsConnect } from "node:tls";
import { createLogger, type LogLine, silentLogger } from "@kubewarden-ts/base";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { openServerTls } from "@kubewarden-ts/x509/tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fakeEvaluator } from "../testing/fake-evaluator.ts";
import { type ConnectionLimits, type HttpServer, startHttpServer } from "./listener.ts";
import { policyRoutes } from "./policy-routes.ts";

const root = issueCertificate("root", { authority: true });
const intermediate = issueCertificate("intermediate", { issuer: root, authority: true });
const server = issueCertificate("server", { issuer: intermediate });
const rsa = issueCertificate("rsa", { issuer: root, keyType: "rsa-2048" });
const other = issueCertificate("other");

const clientRoots = ["one", "two"].map((name) => issueCertificate(name, { authority: true }));
const clients = clientRoots.map((issuer) => issueCertificate(`client of ${issuer.name}`, { issuer }));
const selfSigned = issueCertificate("self-signed client");
const middle = issueCertificate("middle", { issuer: root, authority: true });
const ofMiddle = issueCertificate("client of middle", { issuer: middle });

const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const contents = {
  "server.pem": server.cert + intermediate.cert,
  "server.key": server.key,
  "rsa.pem": rsa.cert,
  "rsa.key": rsa.key,
  "other.key": other.key,
  "two.key": server.key + other.key,
  "nothing.pem": "# nothing\n",
  "broken.pem": broken,
  "ca-one.pem": (clientRoots[0]?.cert ?? "") + broken,
  "ca-two.pem": (clientRoots[1]?.cert ?? "") + selfSigned.cert + middle.cert,
};

let folder = "";
const path = (name: keyof typeof contents | "missing"): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-tls-"));
  for (const [name, text] of Object.entries(contents)) await writeFile(join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true }));

function load(
  certFile: keyof typeof contents | "missing",
  keyFile: keyof typeof contents | "missing",
  clientCaFiles: (keyof typeof contents)[] = [],
) {
  const files = {
    certFile: path(certFile),
    keyFile: path(keyFile),
    clientCaFiles: clientCaFiles.map(path),
  };
  return openServerTls(files, silentLogger);
}

describe("openServerTls", () => {
  it.each([
    ["missing", "server.key", "missing: No such file or directory (os error 2)"],
    [
      "nothing.pem",
      "server.key",
      "nothing.pem: Expected exactly one certificate in certificate file, found 0",
    ],
    ["broken.pem", "server.key", "broken.pem: invalid certificate"],
    ["server.pem", "nothing.pem", "nothing.pem: Expected exactly one key in key file, found 0"],
    ["server.pem", "two.key", "two.key: Expected exactly one key in key file, found 2"],
    ["server.pem", "other.key", "other.key: the key does not belong to the certificate in server.pem"],
  ] as const)("refuses %s with %s", async (certFile, keyFile, message) => {
    const error = await load(certFile, keyFile).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "X509_TLS_FILE_INVALID" });
    expect(String(error).replaceAll(`${folder}/`, "")).toBe(`X509Error: ${message}`);
  });

  it("refuses client CA files without any certificate", async () => {
    await expect(load("server.pem", "server.key", ["nothing.pem", "broken.pem"])).rejects.toThrow(
      "no valid client CA certificate",
    );
  });

  it("logs what each client CA file gave", async () => {
    const lines: LogLine[] = [];
    const log = createLogger({
      level: "info",
      target: "policy_server::certs",
      write: (line) => lines.push(line),
    });
    const files = { certFile: path("server.pem"), keyFile: path("server.key") };
    await openServerTls({ ...files, clientCaFiles: [path("ca-one.pem"), path("ca-two.pem")] }, log);
    const loaded = lines.filter(({ message }) => message === "Loaded client CA certificates");
    expect(loaded.map(({ target, fields }) => ({ target, ...fields }))).toEqual([
      { target: "policy_server::certs", client_ca_certs_added: 1, client_ca_certs_ignored: 1 },
      { target: "policy_server::certs", client_ca_certs_added: 3, client_ca_certs_ignored: 0 },
    ]);
    expect(lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  });
});

async function startTls(
  clientCaFiles: (keyof typeof contents)[],
  limits: Partial<ConnectionLimits> = {},
  pair: "server" | "rsa" = "server",
): Promise<HttpServer> {
  return startHttpServer({
    host: "127.0.0.1",
    port: 0,
    routes: policyRoutes({ evaluator: fakeEvaluator(), log: silentLogger }),
    maxBodyBytes: 1024,
    limits,
    log: silentLogger,
    tls: (await load(`${pair}.pem`, `${pair}.key`, clientCaFiles)).options,
  });
}

/** The status of `POST /validate/psp`, or the error of the connection. */
function validate(port: number, options: ConnectionOptions): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        port,
        path: "/validate/psp",
        method: "POST",
        headers: { "content-type": "application/json" },
        ca: root.cert,
        agent: false,
        ...options,
      },
      (response) => resolve(response.resume().statusCode),
    );
    call.on("error", reject);
    call.end("{}");
  });
}

describe("HTTPS", () => {
  it.each<[SecureVersion]>([["TLSv1.2"], ["TLSv1.3"]])("policy-server 32: accepts %s", async (version) => {
    await using listener = await startTls([]);
    const status = await validate(listener.port, { minVersion: version, maxVersion: version });
    expect(status).toBe(200);
  });

  it.each<[SecureVersion]>([["TLSv1"], ["TLSv1.1"]])("policy-server 32: refuses %s", async (version) => {
    await using listener = await startTls([]);
    // clients of today offer the old versions at security level 0 only
    const options = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" };
    await expect(validate(listener.port, options)).rejects.toThrow(/alert protocol version/);
  });

  const [aes256, aes128, chacha] = ["AES256-GCM-SHA384", "AES128-GCM-SHA256", "CHACHA20-POLY1305"];
  const suites = [`ECDHE-ECDSA-${aes256}`, `ECDHE-ECDSA-${aes128}`, `ECDHE-ECDSA-${chacha}`];
  it.each([
    ...["TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"],
    ...[...suites, ...suites.map((suite) => suite.replace("ECDSA", "RSA"))],
  ])("policy-server 32: speaks %s", async (ciphers) => {
    await using listener = await startTls([], {}, ciphers.includes("RSA") ? "rsa" : "server");
    const version = ciphers.startsWith("TLS_") ? "TLSv1.3" : "TLSv1.2";
    const options = { minVersion: version, maxVersion: version, ciphers } as const;
    expect(await validate(listener.port, options)).toBe(200);
  });

  it.each([
    ["no forward secrecy", "AES128-GCM-SHA256"],
    ["CBC", "ECDHE-ECDSA-AES128-SHA256"],
    ["CBC and SHA-1", "ECDHE-ECDSA-AES256-SHA"],
    ["CBC, by RSA", "ECDHE-RSA-AES256-SHA384"],
  ])("policy-server 32: refuses a suite with %s", async (_row, ciphers) => {
    await using listener = await startTls([], {}, ciphers.includes("ECDSA") ? "server" : "rsa");
    const options: ConnectionOptions = { maxVersion: "TLSv1.2", ciphers };
    await expect(validate(listener.port, options)).rejects.toThrow(/handshake failure/);
  });

  it.each([
    ["says nothing", ""],
    ["does not speak TLS", "GET / HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["sends half a greeting", "\x16\x03\x01\x02\x00\x01"],
  ])("ends the connection of a client that %s", async (_row, text) => {
    await using listener = await startTls([], { handshakeTimeoutMs: 40 });
    const socket = connect(listener.port, "127.0.0.1").on("error", () => {});
    socket.resume();
    if (text !== "") socket.write(text, "latin1");
    await once(socket, "close");
    expect(await validate(listener.port, {})).toBe(200);
  });

  it("sends the intermediate certificates", async () => {
    await using listener = await startTls([]);
    const socket = tlsConnect({ port: listener.port, host: "127.0.0.1", ca: root.cert });
    const authorized = await new Promise((resolve) =>
      socket.once("secureConnect", () => resolve(socket.authorized)),
    );
    socket.destroy();
    expect(authorized).toBe(true);
  });
});

describe("HTTPS with client certificates", () => {
  it.each([
    ["of the first authority", clients[0]],
    ["of the second authority", clients[1]],
    ["of a listed intermediate authority", ofMiddle],
    ["listed itself", selfSigned],
  ])("policy-server 33: accepts a certificate %s", async (_row, client) => {
    await using listener = await startTls(["ca-one.pem", "ca-two.pem"]);
    expect(await validate(listener.port, { cert: client?.cert, key: client?.key })).toBe(200);
  });

  it.each([
    ["no certificate", {}, /certificate required/],
    ["a certificate of another authority", { cert: other.cert, key: other.key }, /./],
  ])("policy-server 33: refuses %s", async (_row, options, message) => {
    await using listener = await startTls(["ca-one.pem"]);
    await expect(validate(listener.port, options)).rejects.toThrow(message);
  });
});
