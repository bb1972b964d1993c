import { isIPv4, isIPv6 } from "node:net";
import type { LogLevel } from "@kubewarden-ts/base";
import type { FlagValues } from "@kubewarden-ts/cli";
import { limitsOf } from "@kubewarden-ts/policy-evaluation";
import type { GuestLimits } from "@kubewarden-ts/policy-runtime";
import type { TlsFiles } from "@kubewarden-ts/x509/tls";
import type { DaemonFiles } from "./daemon/background.ts";
import { ServerError } from "./errors.ts";
import type { serverFlags } from "./flags.ts";

export type ServerFlags = FlagValues<typeof serverFlags>;

/** What the server runs with: the options, checked. */
export interface ServerConfig {
  /** IP address without brackets, of both listeners. */
  readonly host: string;
  readonly port: number;
  readonly readinessPort: number;
  readonly workers: number;
  /** HTTPS with these; plain HTTP without. */
  readonly tls: TlsFiles | undefined;
  readonly policiesPath: string;
  readonly sourcesPath: string | undefined;
  /** Policies must be signed as this file says; without, they need no signatures. */
  readonly verificationPath: string | undefined;
  /** A ClientTrustConfig in place of the public Sigstore. */
  readonly sigstoreTrustConfigPath: string | undefined;
  /** Holds what was fetched of the public Sigstore's trust root. */
  readonly sigstoreCacheFolder: string;
  /** Root of the store of modules. */
  readonly downloadFolder: string;
  /** Folder of Docker's `config.json`. */
  readonly dockerConfigFolder: string | undefined;
  /** Start although no Kubernetes cluster is configured. */
  readonly ignoreKubernetesFailure: boolean;
  /** Limit of one evaluation where the policy sets none. */
  readonly policyTimeoutMs: number;
  /** False: no evaluation is limited, whatever its policy says. */
  readonly timeoutProtection: boolean;
  readonly continueOnErrors: boolean;
  /** In the background with these; in the foreground without. */
  readonly daemon: DaemonFiles | undefined;
  /** Routes for profiles, on the API port. */
  readonly profiling: boolean;
  readonly alwaysAcceptNamespace: string | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: "text" | "json";
  /** Send metrics to a collector. */
  readonly otlpMetrics: boolean;
  /** Send traces to a collector. */
  readonly otlpTraces: boolean;
  /** Answer `GET /metrics` on the readiness port. */
  readonly prometheusMetrics: boolean;
  /** On a terminal only. */
  readonly logColor: boolean;
  readonly maxBodyBytes: number;
  readonly maxModuleBytes: number;
  readonly maxPendingBytes: number;
  /** What one evaluation may take. */
  readonly limits: GuestLimits;
  readonly snapshotGoCommands: boolean;
  /** Policies are watched, and their modules asked for again so often; not watched when `undefined`. */
  readonly refreshModulesMs: number | undefined;
  /** Whether `GET /policies` answers, on the readiness port. */
  readonly policyStatus: boolean;
}

/**
 * Checks what the command line and the environment say (policy-server 1).
 * @param machine.cpus - what `os.availableParallelism()` answers
 * @throws {ServerError} with upstream's texts
 */
export function toConfig(flags: ServerFlags, machine: { cpus: number }): ServerConfig {
  const host = ipAddress(flags.addr);
  return {
    host,
    port: portNumber(flags.port),
    readinessPort: portNumber(flags["readiness-probe-port"]),
    workers: workerCount(flags.workers, machine.cpus),
    tls: tlsFiles(flags),
    policiesPath: flags.policies,
    sourcesPath: flags["sources-path"],
    verificationPath: flags["verification-path"],
    sigstoreTrustConfigPath: flags["sigstore-trust-config"],
    sigstoreCacheFolder: flags["sigstore-cache-dir"],
    downloadFolder: flags["policies-download-dir"],
    dockerConfigFolder: flags["docker-config-json-path"],
    ignoreKubernetesFailure: flags["ignore-kubernetes-connection-failure"],
    policyTimeoutMs: positive("policy-timeout", wholeNumber(flags["policy-timeout"])) * 1000,
    timeoutProtection: !flags["disable-timeout-protection"],
    continueOnErrors: flags["continue-on-errors"],
    daemon: flags.daemon ? daemonFiles(flags) : undefined,
    profiling: flags["enable-pprof"],
    alwaysAcceptNamespace: flags["always-accept-admission-reviews-on-namespace"],
    logLevel: flags["log-level"],
    // traces leave by OTLP, lines never do
    logFormat: flags["log-fmt"] === "json" ? "json" : "text",
    otlpMetrics: flags["enable-metrics"],
    otlpTraces: flags["log-fmt"] === "otlp",
    prometheusMetrics: flags["enable-prometheus-metrics"],
    logColor: !flags["log-no-color"],
    maxBodyBytes: positive("max-body-bytes", wholeNumber(flags["max-body-bytes"])),
    maxModuleBytes: positive("max-module-bytes", wholeNumber(flags["max-module-bytes"])),
    maxPendingBytes: flags["max-pending-mib"] * 1024 * 1024,
    limits: limitsOf(flags),
    snapshotGoCommands: !flags["disable-go-snapshots"],
    refreshModulesMs: flags["watch-policies"] ? flags["refresh-modules-seconds"] * 1000 : undefined,
    policyStatus: flags["enable-policy-status"],
  };
}

/** With brackets as in a URL, which upstream requires for IPv6, or without. */
function ipAddress(text: string): string {
  const inBrackets = /^\[(.*)\]$/.exec(text)?.[1];
  if (inBrackets === undefined ? isIPv4(text) || isIPv6(text) : isIPv6(inBrackets)) return inBrackets ?? text;
  throw invalid("error parsing arguments: invalid socket address syntax");
}

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw invalid("error parsing arguments: invalid socket address syntax");
}

function workerCount(text: string | undefined, cpus: number): number {
  if (text === undefined) return cpus;
  // upstream panics at a text, and with 0 it starts and never answers
  if (!/^\d+$/.test(text))
    throw invalid("error parsing the number of workers: invalid digit found in string");
  return positive("workers", wholeNumber(text));
}

/** With the texts of upstream's number parser. */
function wholeNumber(text: string): number {
  if (text === "") throw invalid("cannot parse integer from empty string");
  if (!/^\+?\d+$/.test(text)) throw invalid("invalid digit found in string");
  if (Number(text) > Number.MAX_SAFE_INTEGER) throw invalid("number too large to fit in target type");
  return Number(text);
}

function positive(option: string, value: number): number {
  if (value > 0) return value;
  throw invalid(`--${option} must be greater than 0`);
}

function daemonFiles(flags: ServerFlags): DaemonFiles {
  return {
    pidFile: flags["daemon-pid-file"],
    stdoutFile: flags["daemon-stdout-file"],
    stderrFile: flags["daemon-stderr-file"],
  };
}

function tlsFiles(flags: ServerFlags): TlsFiles | undefined {
  const { "cert-file": certFile, "key-file": keyFile } = flags;
  const clientCaFiles = flags["client-ca-file"].filter((path) => path !== "");
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile, clientCaFiles };
  if (certFile !== undefined || keyFile !== undefined) {
    throw invalid("both certificate and key must be provided together");
  }
  if (clientCaFiles.length > 0) {
    throw invalid("client CA certificate requires server certificate and key to be specified");
  }
  return undefined;
}

function invalid(message: string): ServerError {
  return new ServerError(message, { code: "SERVER_CONFIG_INVALID" });
}
