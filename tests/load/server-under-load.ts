import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { PolicyStatus } from "@kubewarden-ts/policy-evaluation";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { bareEnvironment } from "../programs/run-to-end.ts";
import { freePort, startServer } from "../support/server-process.ts";

/** A policy server in a process of its own, whose policies change. */
export interface ServerUnderLoad extends AsyncDisposable {
  readonly origin: string;
  readonly pid: number;
  /** How clients reach it by HTTPS. */
  readonly clientTls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Gives it another certificate and key, and another list of client authorities, each file as a whole. */
  rotate(): Promise<void>;
  /** Writes another policies file, as a whole, and has it read; resolves when it says how that ended. */
  give(policies: object): Promise<readonly PolicyStatus[]>;
}

export interface ServerUnderLoadOptions {
  /** Of the program. */
  readonly script: string;
  readonly policies: object;
  readonly args?: readonly string[];
  /** Files beside the policies, by name. */
  readonly modules: Readonly<Record<string, Uint8Array>>;
}

const pollMs = 5;

interface StatusDocument {
  readonly policies: readonly PolicyStatus[];
  readonly lastReload?: { readonly at: string };
}

/** Starts a policy server; in `policies`, `MODULES/` stands for the folder of the modules. */
export async function startServerUnderLoad(options: ServerUnderLoadOptions): Promise<ServerUnderLoad> {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-load-"));
  const path = join(folder, "policies.yml");
  const write = async (policies: object): Promise<void> => {
    const text = JSON.stringify(policies).replaceAll("MODULES/", `file://${folder}/`);
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  for (const [name, bytes] of Object.entries(options.modules)) await writeFile(join(folder, name), bytes);
  await write(options.policies);
  const root = issueCertificate("root", { authority: true });
  const other = issueCertificate("other", { authority: true });
  const client = issueCertificate("client", { issuer: root });
  let rotations = 0;
  const rotate = async (): Promise<void> => {
    const { cert, key } = issueCertificate(`server ${++rotations}`, { issuer: root });
    const clientAuthorities = rotations % 2 === 0 ? root.cert : `${other.cert}\n${root.cert}`;
    const files = { "tls.crt": cert, "tls.key": key, "client-ca.crt": clientAuthorities };
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, `${name}.new`), content);
      await rename(join(folder, `${name}.new`), join(folder, name));
    }
  };
  await rotate();
  const [port, readinessPort] = [await freePort(), await freePort()];
  const status = async (): Promise<StatusDocument> => {
    const response = await fetch(`http://127.0.0.1:${readinessPort}/policies`);
    return JSON.parse(await response.text());
  };
  const ports = [`--port=${port}`, `--readiness-probe-port=${readinessPort}`];
  const tls = [
    `--cert-file=${folder}/tls.crt`,
    `--key-file=${folder}/tls.key`,
    `--client-ca-file=${folder}/client-ca.crt`,
  ];
  const flags = [
    "--addr=127.0.0.1",
    "--workers=2",
    "--enable-policy-status",
    "--log-level=warn",
    "--ignore-kubernetes-connection-failure",
  ];
  const server = await startServer({
    command: process.execPath,
    args: [options.script, `--policies=${path}`, ...ports, ...tls, ...flags, ...(options.args ?? [])],
    env: bareEnvironment,
    folder,
    ready: async (signal) => (await fetch(`http://127.0.0.1:${readinessPort}/readiness`, { signal })).ok,
  });
  const { pid } = server;
  if (pid === undefined) throw new Error("a process that is ready has an id");
  return {
    origin: `https://127.0.0.1:${port}`,
    pid,
    clientTls: { ca: root.cert, cert: client.cert, key: client.key },
    rotate,
    async give(policies) {
      const before = (await status()).lastReload?.at;
      await write(policies);
      process.kill(pid, "SIGHUP");
      for (;;) {
        const now = await status();
        if (now.lastReload !== undefined && now.lastReload.at !== before) return now.policies;
        await delay(pollMs);
      }
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
