import { once } from "node:events";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { createLogger, type LogLine } from "@kubewarden-ts/base";
import type { Evaluation } from "@kubewarden-ts/policy-evaluation";
import { issueCertificate, type TestCertificate } from "@kubewarden-ts/x509/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PolicyEvaluator } from "./http/policy-routes.ts";
import { type PolicyServer, startServer } from "./serve.ts";
import { accepted, fakeEvaluator } from "./testing/fake-evaluator.ts";
import { testConfig } from "./testing/test-config.ts";

const root = issueCertificate("root", { authority: true });
const issued = (name: string) => issueCertificate(name, { issuer: root });
const [one, two, three] = [issued("one"), issued("two"), issued("three")];
const clientRoots = ["client root 1", "client root 2"].map((name) =>
  issueCertificate(name, { authority: true }),
);
const clients = clientRoots.map((issuer) => issueCertificate(`client of ${issuer.name}`, { issuer }));
const request = "POST /validate/psp HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

type Files = Partial<Record<"tls.crt" | "tls.key" | "ca-1.crt" | "ca-2.crt", string>>;

interface RotatingServer {
  server: PolicyServer;
  /** Messages of the log of certificates. */
  messages(): string[];
  writeInPlace(files: Files): Promise<void>;
  /** Replaces all files at once, as Kubernetes does. */
  swap(files: Files): Promise<void>;
}

/** A server whose certificates lie in a folder as Kubernetes mounts it. */
async function rotatingServer(
  { clientCas = [], ...first }: { cert: string; key: string; clientCas?: readonly string[] },
  evaluator: PolicyEvaluator = fakeEvaluator(),
): Promise<RotatingServer> {
  const folder = await mkdtemp(join(tmpdir(), "policy-server-rotation-"));
  const authorities = Object.fromEntries(clientCas.map((text, index) => [`ca-${index + 1}.crt`, text]));
  let content: Record<string, string> = { "tls.crt": first.cert, "tls.key": first.key, ...authorities };
  let generation = 0;
  const swap = async (files: Files): Promise<void> => {
    content = { ...content, ...files };
    const next = `..generation-${++generation}`;
    await mkdir(join(folder, next));
    for (const [name, text] of Object.entries(content)) await writeFile(join(folder, next, name), text);
    await symlink(next, join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
  };
  await swap({});
  for (const name of Object.keys(content)) await symlink(join("..data", name), join(folder, name));
  const lines: LogLine[] = [];
  const log = createLogger({ level: "info", target: "policy_server", write: (line) => lines.push(line) });
  const tls = {
    certFile: join(folder, "tls.crt"),
    keyFile: join(folder, "tls.key"),
    clientCaFiles: Object.keys(authorities).map((name) => join(folder, name)),
  };
  const startEvaluator = async () => ({ ...evaluator, [Symbol.asyncDispose]: async () => {} });
  const server = await startServer(testConfig({ tls }), { log, startEvaluator });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  return {
    server,
    messages: () =>
      lines
        .filter(({ target }) => target === "policy_server::certs")
        .map(({ message }) => message.replaceAll(`${folder}/`, "")),
    async writeInPlace(files) {
      content = { ...content, ...files };
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    },
    swap,
  };
}

/** Connects; resolves when the handshake is done, and, with client certificates, the server said that it is. */
async function open(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port, ca: root.cert, ...options });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  return socket;
}

async function servedName(port: number): Promise<unknown> {
  const socket = await open(port);
  const name = socket.getPeerCertificate().subject?.CN;
  socket.destroy();
  return name;
}

/** The status of an answer on an open connection; `closed` when it was closed in place of an answer. */
async function statusOn(socket: TLSSocket): Promise<string> {
  socket.write(`${request}content-length: 2\r\n\r\n{}`);
  return await answerOn(socket);
}

function answerOn(socket: TLSSocket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("data", (chunk: Buffer) => resolve(chunk.toString().slice(9, 12)));
    socket.once("close", () => resolve("closed"));
  });
}

async function statusWith(port: number, client: TestCertificate | undefined): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port, ca: root.cert, cert: client?.cert, key: client?.key });
  socket.on("error", () => {});
  const status = await statusOn(socket);
  socket.destroy();
  return status;
}

const pair = ({ cert, key }: TestCertificate): Files => ({ "tls.crt": cert, "tls.key": key });

describe("rotation of the server's certificate", () => {
  it("policy-server 34: happens when both files were written in place, not before", async () => {
    const { server, writeInPlace, messages } = await rotatingServer(one);
    await writeInPlace({ "tls.crt": two.cert });
    await expect.poll(messages).toEqual(["TLS certificate file has been modified"]);
    expect(await servedName(server.port)).toBe("one");
    await writeInPlace({ "tls.key": two.key });
    await expect.poll(() => servedName(server.port)).toBe("two");
    expect(messages()).toEqual([
      "TLS certificate file has been modified",
      "TLS key file has been modified",
      "Reloading Server TLS certificates",
    ]);
  });

  it("policy-server 34: happens at every swap of a mounted Secret", async () => {
    const { server, swap } = await rotatingServer(one);
    for (const identity of [two, three, one, two]) {
      await swap(pair(identity));
      await expect.poll(() => servedName(server.port)).toBe(identity.name);
    }
  });

  it.each<[string, Files, string]>([
    [
      "a certificate that is none",
      { "tls.crt": "nothing", "tls.key": two.key },
      "Failed to reload TLS certificates: tls.crt: Expected exactly one certificate in certificate file, found 0",
    ],
    [
      "a key of another certificate",
      { "tls.crt": two.cert, "tls.key": three.key },
      "Failed to reload TLS certificates: tls.key: the key does not belong to the certificate in tls.crt",
    ],
  ])(
    "policy-server 34: %s leaves the old pair, and the next good one is taken",
    async (_row, broken, text) => {
      const { server, swap, writeInPlace, messages } = await rotatingServer(one);
      await swap(broken);
      await expect.poll(messages).toContain(text);
      expect(await servedName(server.port)).toBe("one");
      // repaired by one file alone: the pair is complete then
      await writeInPlace(broken["tls.crt"] === two.cert ? { "tls.key": two.key } : { "tls.crt": two.cert });
      await expect.poll(() => servedName(server.port)).toBe("two");
    },
  );

  it("policy-server 34: drops no connection and no request", async () => {
    const pending = Promise.withResolvers<Evaluation>();
    const called = Promise.withResolvers<void>();
    const { server, swap } = await rotatingServer(
      one,
      fakeEvaluator(({ policyId }) => {
        if (policyId !== "slow") return accepted();
        called.resolve();
        return pending.promise;
      }),
    );
    const [idle, halfSent, waiting] = await Promise.all([1, 2, 3].map(() => open(server.port)));
    if (!idle || !halfSent || !waiting) throw new Error("not connected");
    halfSent.write(`${request}content-length: 2\r\n\r\n{`);
    waiting.write(`${request.replace("psp", "slow")}content-length: 2\r\n\r\n{}`);
    await called.promise;
    for (const identity of [two, three]) {
      await swap(pair(identity));
      await expect.poll(() => servedName(server.port)).toBe(identity.name);
      expect(await statusOn(idle)).toBe("200");
    }
    halfSent.write("}");
    expect(await answerOn(halfSent)).toBe("200");
    pending.resolve(accepted());
    expect(await answerOn(waiting)).toBe("200");
    for (const socket of [idle, halfSent, waiting]) socket.destroy();
  });
});

describe("rotation of client authorities", () => {
  const [ca1 = "", ca2 = ""] = clientRoots.map(({ cert }) => cert);

  it("policy-server 34: a change of one file is enough; open connections go on", async () => {
    const { server, swap, messages } = await rotatingServer({ ...one, clientCas: [ca1, ca1] });
    const { cert, key } = clients[0] ?? one;
    const kept = await open(server.port, { cert, key });
    expect(await statusOn(kept)).toBe("200");
    expect(await statusWith(server.port, clients[1])).toBe("closed");
    await swap({ "ca-1.crt": ca2, "ca-2.crt": ca2 });
    await expect.poll(() => statusWith(server.port, clients[1])).toBe("200");
    expect(await statusWith(server.port, clients[0])).toBe("closed");
    expect(await statusOn(kept)).toBe("200");
    kept.destroy();
    expect(messages()).toEqual(
      expect.arrayContaining(["TLS client CA file has been modified", "Reloading client CA certificates"]),
    );
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("a %s session does not outlive its authority", async (version) => {
    const { server, writeInPlace } = await rotatingServer({ ...one, clientCas: [ca1] });
    const { cert, key } = clients[0] ?? one;
    const options = { cert, key, maxVersion: version };
    const first = connect({ host: "127.0.0.1", port: server.port, ca: root.cert, ...options });
    const session = once(first, "session");
    expect(await statusOn(first)).toBe("200");
    const [ticket] = (await session) as [Buffer];
    first.destroy();
    // while the authority is there the session is worth something
    const resumed = await open(server.port, { ...options, session: ticket });
    expect([resumed.isSessionReused(), await statusOn(resumed)]).toEqual([true, "200"]);
    resumed.destroy();

    await writeInPlace({ "ca-1.crt": ca2 });
    await expect.poll(() => statusWith(server.port, clients[1])).toBe("200");
    const again = connect({
      ...{ host: "127.0.0.1", port: server.port, ca: root.cert, ...options, session: ticket },
    });
    again.on("error", () => {});
    expect(await statusOn(again)).toBe("closed");
  });

  it.each([
    ["a broken file", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ["half a file", ca2.slice(0, 200)],
    ["nothing", ""],
  ])("policy-server 34: %s leaves the old authorities", async (_row, text) => {
    const { server, writeInPlace, messages } = await rotatingServer({ ...one, clientCas: [ca1] });
    await writeInPlace({ "ca-1.crt": text });
    await expect.poll(() => messages().at(-1)).toMatch(/^Failed to reload TLS certificates: ca-1.crt: /);
    expect(await statusWith(server.port, clients[0])).toBe("200");
    await writeInPlace({ "ca-1.crt": ca2 });
    await expect.poll(() => statusWith(server.port, clients[1])).toBe("200");
  });

  it("policy-server 34: one broken file of two leaves the authorities of both", async () => {
    const { server, swap, messages } = await rotatingServer({ ...one, clientCas: [ca1, ca2] });
    await swap({ "ca-1.crt": ca1.replace("MI", "AA") });
    await expect.poll(() => messages().at(-1)).toMatch(/^Failed to reload TLS certificates: ca-1.crt: /);
    for (const client of clients) expect(await statusWith(server.port, client)).toBe("200");
  });

  it("policy-server 33, 35: readiness needs no certificate", async () => {
    const { server } = await rotatingServer({ ...one, clientCas: [ca1] });
    for (const path of ["readiness", "livez"]) {
      expect((await fetch(`http://127.0.0.1:${server.readinessPort}/${path}`)).status).toBe(200);
    }
  });
});
