import { resolve } from "node:path";
import { osErrorText } from "@kubewarden-ts/base";
import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { KubeError } from "../errors.ts";
import type { Credentials } from "./credentials.ts";
import type { KubeconfigCluster, KubeconfigExec } from "./kubeconfig-schema.ts";
import type { RunProgram } from "./run-program.ts";

/** What a credential plugin prints: `client.authentication.k8s.io`, v1 or v1beta1. */
const ExecCredential = v.object({
  apiVersion: v.string(),
  kind: v.literal("ExecCredential"),
  status: v.object({
    token: v.nullish(v.string()),
    clientCertificateData: v.nullish(v.string()),
    clientKeyData: v.nullish(v.string()),
    expirationTimestamp: v.nullish(v.pipe(v.string(), v.isoTimestamp())),
  }),
});

export interface ExecPlugin {
  readonly exec: KubeconfigExec;
  readonly cluster: KubeconfigCluster;
  /** the cluster's certificate authorities, as PEM */
  readonly ca: string | undefined;
  /** where a command with a `/` in it is looked for */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Runs the credential plugin of a kubeconfig.
 * @returns the credentials, and the instant at which they end, in milliseconds since 1970
 * @throws {KubeError} `KUBE_CREDENTIALS_UNAVAILABLE` with what the program wrote on its standard error
 */
export async function runExecPlugin(
  plugin: ExecPlugin,
  runProgram: RunProgram,
): Promise<{ credentials: Credentials; expiresAtMs: number | undefined }> {
  const { exec, folder, env } = plugin;
  if (exec.interactiveMode === "Always") throw failed(exec, "it needs a terminal (interactiveMode: Always)");
  const command = exec.command.includes("/") ? resolve(folder, exec.command) : exec.command;
  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  const info = { KUBERNETES_EXEC_INFO: JSON.stringify(execInfo(plugin)) };
  const output = await run(exec, () => runProgram(command, exec.args, { ...env, ...own, ...info }));
  return readCredential(exec, output);
}

function execInfo({ exec, cluster, ca }: ExecPlugin): unknown {
  const described = {
    server: cluster.server,
    "tls-server-name": cluster["tls-server-name"] ?? undefined,
    "insecure-skip-tls-verify": cluster["insecure-skip-tls-verify"] ?? undefined,
    "certificate-authority-data": ca && Buffer.from(ca).toString("base64"),
    "proxy-url": cluster["proxy-url"] ?? undefined,
  };
  return {
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: { interactive: false, ...(exec.provideClusterInfo === true && { cluster: described }) },
  };
}

async function run(exec: KubeconfigExec, start: () => ReturnType<RunProgram>): Promise<string> {
  try {
    const { exitCode, stdout, stderr } = await start();
    if (exitCode === 0) return stdout;
    throw failed(exec, `exit code ${exitCode}${stderr.trim() === "" ? "" : `: ${stderr.trim()}`}`);
  } catch (cause) {
    if (cause instanceof KubeError) throw cause;
    throw failed(exec, osErrorText(cause));
  }
}

function readCredential(
  exec: KubeconfigExec,
  output: string,
): { credentials: Credentials; expiresAtMs: number | undefined } {
  const result = v.safeParse(ExecCredential, parseJson(exec, output));
  if (!result.success) throw failed(exec, schemaProblems(result.issues).join(", "));
  const { apiVersion, status } = result.output;
  if (apiVersion !== exec.apiVersion) throw failed(exec, `it printed ${apiVersion}, not ${exec.apiVersion}`);
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  if (!token && !(cert && key)) throw failed(exec, "it printed neither a token nor certificate and key");
  return {
    credentials: {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      tls: cert && key ? { cert, key } : {},
    },
    expiresAtMs: expirationTimestamp ? Date.parse(expirationTimestamp) : undefined,
  };
}

function parseJson(exec: KubeconfigExec, output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw failed(exec, "what it printed is not JSON"); // the parser's message would quote it
  }
}

function failed(exec: KubeconfigExec, detail: string): KubeError {
  const hint = exec.installHint ? `\n${exec.installHint}` : "";
  const message = `credential plugin ${exec.command} of the kubeconfig failed: ${detail}${hint}`;
  return new KubeError(message, { code: "KUBE_CREDENTIALS_UNAVAILABLE" });
}
