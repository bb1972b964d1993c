import { defaultLimits } from "@kubewarden-ts/policy-runtime";
import type { ServerConfig } from "../config.ts";

/** A configuration on free ports of the loopback address. */
export function testConfig(changes: Partial<ServerConfig> = {}): ServerConfig {
  return {
    host: "127.0.0.1",
    port: 0,
    readinessPort: 0,
    workers: 1,
    tls: undefined,
    policiesPath: "policies.yml",
    sourcesPath: undefined,
    verificationPath: undefined,
    sigstoreTrustConfigPath: undefined,
    sigstoreCacheFolder: "sigstore-data",
    downloadFolder: ".",
    dockerConfigFolder: undefined,
    ignoreKubernetesFailure: true,
    policyTimeoutMs: 2000,
    timeoutProtection: true,
    continueOnErrors: false,
    daemon: undefined,
    profiling: false,
    alwaysAcceptNamespace: undefined,
    logLevel: "info",
    logFormat: "text",
    otlpMetrics: false,
    otlpTraces: false,
    prometheusMetrics: false,
    logColor: false,
    maxBodyBytes: 8 * 1024 * 1024,
    maxModuleBytes: 128 * 1024 * 1024,
    maxPendingBytes: 128 * 1024 * 1024,
    limits: defaultLimits,
    snapshotGoCommands: true,
    refreshModulesMs: undefined,
    policyStatus: false,
    ...changes,
  };
}
