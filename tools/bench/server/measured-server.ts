import { once } from "node:events";
import { get } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { usablePort } from "../../start/ports.ts";
import { type BenchProcess, startScript } from "../child-process.ts";
import type { CertificateFiles } from "../inputs/certificate.ts";

const root = join(import.meta.dirname, "../../..");
export const policyServerSource = join(root, "apps/policy-server/src/main.ts");
export const policyServerBundle = join(root, "dist/bundles/policy-server/main.js");

const address = "127.0.0.1";
const pollMs = 2;
const readyTimeoutMs = 120_000;

/** A server in a process of its own. */
export interface MeasuredServer extends BenchProcess {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** From the start of the process until it answered its readiness probe. */
  readonly readyAfterMs: number;
}

export interface PolicyServerOptions {
  readonly policiesFile: string;
  readonly certificate?: CertificateFiles | undefined;
  /** Program of the server; the sources when left out. */
  readonly script?: string | undefined;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  /** Where Node.js puts profiles. */
  readonly cwd?: string;
}

/** Starts a policy server with two workers that logs errors only; resolves when it is ready. */
export async function startPolicyServer(options: PolicyServerOptions): Promise<MeasuredServer> {
  const { policiesFile, certificate, script = policyServerSource, args = [], ...spawnOptions } = options;
  const port = await usablePort(0, address);
  const readinessPort = await usablePort(0, address);
  const startMs = performance.now();
  const started = startScript(
    script,
    [
      ...["--addr", address, "--port", String(port), "--readiness-probe-port", String(readinessPort)],
      ...["--policies", policiesFile, "--workers", "2", "--log-level", "error"],
      ...(certificate ? ["--cert-file", certificate.certFile, "--key-file", certificate.keyFile] : []),
      "--ignore-kubernetes-connection-failure",
      ...args,
    ],
    spawnOptions,
  );
  const deadlineMs = startMs + readyTimeoutMs;
  while (!(await answers(`http://${address}:${readinessPort}/readiness`))) {
    if (started.child.exitCode !== null || performance.now() > deadlineMs) {
      await started[Symbol.asyncDispose]();
      throw new Error(`the policy server did not get ready:\n${started.output()}`);
    }
    await delay(pollMs);
  }
  const origin = `${certificate ? "https" : "http"}://${address}:${port}`;
  return { ...started, origin, readyAfterMs: performance.now() - startMs };
}

/** Starts a server that answers every request with nothing. */
export async function startNullServer(certificate?: CertificateFiles): Promise<MeasuredServer> {
  const startMs = performance.now();
  const args = certificate ? [certificate.certFile, certificate.keyFile] : [];
  const started = startScript(join(import.meta.dirname, "../load/null-server.ts"), args);
  const [line] = await Promise.race([
    once(started.child.stdout, "data"),
    once(started.child, "exit").then(() => {
      throw new Error(`the null handler did not start:\n${started.output()}`);
    }),
  ]);
  const origin = `${certificate ? "https" : "http"}://${address}:${String(line).trim()}`;
  return { ...started, origin, readyAfterMs: performance.now() - startMs };
}

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on("error", () => resolve(false)); // not listening yet
  });
}
