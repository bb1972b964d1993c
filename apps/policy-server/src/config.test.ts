import { parseCommandLine } from "@kubewarden-ts/cli";
import { defaultLimits, type GuestLimits } from "@kubewarden-ts/policy-runtime";
import { describe, expect, it } from "vitest";
import { type ServerConfig, toConfig } from "./config.ts";
import { ServerError } from "./errors.ts";
import { policyServer } from "./program.ts";

type Environment = Record<string, string>;

function configOf(argv: string[], env: Environment = {}): ServerConfig {
  const parsed = parseCommandLine(policyServer, argv, env);
  if (parsed.kind !== "run") throw new Error(parsed.text);
  // the flags of the root command, as its own `run` gets them
  return toConfig(parsed.flags as Parameters<typeof toConfig>[0], { cpus: 3 });
}

function failureOf(argv: string[]): string | undefined {
  try {
    configOf(argv);
    return undefined;
  } catch (error) {
    return error instanceof ServerError ? error.message : String(error);
  }
}

/** A flag that sets one of the limits of an evaluation. */
function limitRow(
  flag: string,
  value: string,
  limits: Partial<GuestLimits>,
): [string, string, string, Partial<ServerConfig>] {
  const variable = `KUBEWARDEN_${flag.toUpperCase().replaceAll("-", "_")}`;
  return [flag, variable, value, { limits: { ...defaultLimits, ...limits } }];
}

function usageErrorOf(argv: string[], env: Environment = {}): string {
  const parsed = parseCommandLine(policyServer, argv, env);
  if (parsed.kind !== "usage-error") throw new Error(`expected a usage error, received ${parsed.kind}`);
  expect(parsed.exitCode).toBe(2);
  return parsed.text;
}

describe("toConfig", () => {
  it("has the defaults of the specification", () => {
    expect(configOf([])).toEqual({
      host: "0.0.0.0",
      port: 3000,
      readinessPort: 8081,
      workers: 3,
      tls: undefined,
      policiesPath: "policies.yml",
      sourcesPath: undefined,
      verificationPath: undefined,
      sigstoreTrustConfigPath: undefined,
      sigstoreCacheFolder: "sigstore-data",
      downloadFolder: ".",
      dockerConfigFolder: undefined,
      ignoreKubernetesFailure: false,
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
      logColor: true,
      maxBodyBytes: 8_388_608,
      maxModuleBytes: 134_217_728,
      maxPendingBytes: 128 * 1024 * 1024,
      limits: defaultLimits,
      snapshotGoCommands: true,
      refreshModulesMs: undefined,
      policyStatus: false,
    } satisfies ServerConfig);
  });

  const pair = { certFile: "c", keyFile: "k" };
  const rows: [string, string, string, Partial<ServerConfig>][] = [
    ["addr", "KUBEWARDEN_BIND_ADDRESS", "127.0.0.1", { host: "127.0.0.1" }],
    ["addr", "KUBEWARDEN_BIND_ADDRESS", "[::]", { host: "::" }],
    ["addr", "KUBEWARDEN_BIND_ADDRESS", "::1", { host: "::1" }],
    ["port", "KUBEWARDEN_PORT", "8443", { port: 8443 }],
    ["readiness-probe-port", "KUBEWARDEN_READINESS_PROBE_PORT", "9", { readinessPort: 9 }],
    ["workers", "KUBEWARDEN_WORKERS", "7", { workers: 7 }],
    ["policies", "KUBEWARDEN_POLICIES", "/p.yml", { policiesPath: "/p.yml" }],
    ["policies-download-dir", "KUBEWARDEN_POLICIES_DOWNLOAD_DIR", "/tmp", { downloadFolder: "/tmp" }],
    ["sources-path", "KUBEWARDEN_SOURCES_PATH", "/s.yml", { sourcesPath: "/s.yml" }],
    ["verification-path", "KUBEWARDEN_VERIFICATION_CONFIG_PATH", "/v.yml", { verificationPath: "/v.yml" }],
    [
      "sigstore-trust-config",
      "KUBEWARDEN_SIGSTORE_TRUST_CONFIG_PATH",
      "/t.json",
      { sigstoreTrustConfigPath: "/t.json" },
    ],
    ["sigstore-cache-dir", "KUBEWARDEN_SIGSTORE_CACHE_DIR", "/c", { sigstoreCacheFolder: "/c" }],
    [
      "always-accept-admission-reviews-on-namespace",
      "KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_NAMESPACE",
      "kubewarden",
      { alwaysAcceptNamespace: "kubewarden" },
    ],
    ["policy-timeout", "KUBEWARDEN_POLICY_TIMEOUT", "5", { policyTimeoutMs: 5000 }],
    ["log-level", "KUBEWARDEN_LOG_LEVEL", "debug", { logLevel: "debug" }],
    ["log-fmt", "KUBEWARDEN_LOG_FMT", "json", { logFormat: "json", otlpTraces: false }],
    ["log-fmt", "KUBEWARDEN_LOG_FMT", "otlp", { logFormat: "text", otlpTraces: true }],
    ["max-body-bytes", "KUBEWARDEN_MAX_BODY_BYTES", "10", { maxBodyBytes: 10 }],
    ["max-module-bytes", "KUBEWARDEN_MAX_MODULE_BYTES", "11", { maxModuleBytes: 11 }],
    ["docker-config-json-path", "KUBEWARDEN_DOCKER_CONFIG_JSON_PATH", "/d", { dockerConfigFolder: "/d" }],
    ["max-pending-mib", "KUBEWARDEN_MAX_PENDING_MIB", "3", { maxPendingBytes: 3 * 1024 * 1024 }],
    limitRow("max-policy-memory-mib", "2", { maxMemoryPages: 32 }),
    limitRow("max-policy-output-bytes", "1024", { maxOutputBytes: 1024 }),
    limitRow("max-policy-log-lines", "3", { maxLogLines: 3 }),
    limitRow("max-host-calls", "4", { maxHostCalls: 4 }),
    limitRow("max-host-answer-bytes", "2048", { maxHostAnswerBytes: 2048 }),
    limitRow("max-waiting-memory-mib", "16", { maxWaitingBytes: 16 * 1024 * 1024 }),
  ];
  it.each(rows)("policy-server 43: --%s and %s take %s", (flag, variable, value, changes) => {
    const expected = { ...configOf([]), ...changes };
    expect(configOf([`--${flag}`, value])).toEqual(expected);
    expect(configOf([`--${flag}=${value}`])).toEqual(expected);
    expect(configOf([], { [variable]: value })).toEqual(expected);
    expect(configOf([`--${flag}`, value], { [variable]: "not this one" })).toEqual(expected);
  });

  const switches: [string, string, Partial<ServerConfig>][] = [
    ["disable-timeout-protection", "KUBEWARDEN_DISABLE_TIMEOUT_PROTECTION", { timeoutProtection: false }],
    [
      "ignore-kubernetes-connection-failure",
      "KUBEWARDEN_IGNORE_KUBERNETES_CONNECTION_FAILURE",
      { ignoreKubernetesFailure: true },
    ],
    ["enable-pprof", "KUBEWARDEN_ENABLE_PPROF", { profiling: true }],
    ["continue-on-errors", "KUBEWARDEN_CONTINUE_ON_ERRORS", { continueOnErrors: true }],
    ["enable-metrics", "KUBEWARDEN_ENABLE_METRICS", { otlpMetrics: true }],
    ["enable-prometheus-metrics", "KUBEWARDEN_ENABLE_PROMETHEUS_METRICS", { prometheusMetrics: true }],
    ["watch-policies", "KUBEWARDEN_WATCH_POLICIES", { refreshModulesMs: 300_000 }],
    ["enable-policy-status", "KUBEWARDEN_ENABLE_POLICY_STATUS", { policyStatus: true }],
    ["disable-go-snapshots", "KUBEWARDEN_DISABLE_GO_SNAPSHOTS", { snapshotGoCommands: false }],
  ];
  it.each(switches)("policy-server 43: --%s and %s switch", (flag, variable, changes) => {
    const [on, off] = [{ ...configOf([]), ...changes }, configOf([])];
    for (const argv of [[`--${flag}`], [`--${flag}=true`]]) expect(configOf(argv)).toEqual(on);
    for (const text of ["true", "1", "yes", "on"]) expect(configOf([], { [variable]: text })).toEqual(on);
    for (const text of ["false", "0", "no", "off"]) expect(configOf([], { [variable]: text })).toEqual(off);
  });

  it("modules are asked for again as often as one says, where policies are watched", () => {
    const argv = ["--refresh-modules-seconds=7"];
    expect(configOf(argv).refreshModulesMs).toBeUndefined();
    expect(configOf(["--watch-policies", ...argv]).refreshModulesMs).toBe(7000);
  });

  it.each<[string[], Environment, boolean]>([
    [[], { NO_COLOR: "1" }, false],
    [[], { NO_COLOR: "anything" }, false],
    [[], { NO_COLOR: "" }, true],
    [["--log-no-color"], {}, false],
    [["--log-no-color=false"], { NO_COLOR: "1" }, true],
  ])("policy-server 43: %j with %j leaves colours %s", (argv, env, logColor) => {
    expect(configOf(argv, env).logColor).toBe(logColor);
  });

  it.each<[string, string[], Environment, ServerConfig["daemon"]]>([
    ["the defaults", [], {}, { pidFile: "policy-server.pid", stdoutFile: undefined, stderrFile: undefined }],
    [
      "all files",
      ["--daemon-pid-file=p", "--daemon-stdout-file=o", "--daemon-stderr-file=e"],
      {},
      { pidFile: "p", stdoutFile: "o", stderrFile: "e" },
    ],
    [
      "all files in the environment",
      [],
      {
        KUBEWARDEN_DAEMON_PID_FILE: "p",
        KUBEWARDEN_DAEMON_STDOUT_FILE: "o",
        KUBEWARDEN_DAEMON_STDERR_FILE: "e",
      },
      { pidFile: "p", stdoutFile: "o", stderrFile: "e" },
    ],
  ])("policy-server 43: --daemon and KUBEWARDEN_DAEMON with %s", (_row, argv, env, daemon) => {
    expect(configOf(["--daemon", ...argv], env).daemon).toEqual(daemon);
    expect(configOf(argv, { ...env, KUBEWARDEN_DAEMON: "yes" }).daemon).toEqual(daemon);
    expect(configOf(argv, { ...env, KUBEWARDEN_DAEMON: "no" }).daemon).toBeUndefined();
  });

  it.each([
    ["a list", "a,b", ["a", "b"]],
    ["nothing", "", []],
  ])("reads client authorities: %s", (_row, text, clientCaFiles) => {
    const config = configOf(["--cert-file=c", "--key-file=k", `--client-ca-file=${text}`]);
    expect(config.tls).toEqual({ ...pair, clientCaFiles });
  });

  it("reads certificates as the controller passes them", () => {
    const env = {
      KUBEWARDEN_CERT_FILE: "c",
      KUBEWARDEN_KEY_FILE: "k",
      KUBEWARDEN_CLIENT_CA_FILE: "/ca/ca.crt,/client-ca/client-ca.crt",
    };
    const clientCaFiles = ["/ca/ca.crt", "/client-ca/client-ca.crt"];
    expect(configOf([], env).tls).toEqual({ ...pair, clientCaFiles });
  });

  it.each([
    [["--port", "abc"], "error parsing arguments: invalid socket address syntax"],
    [["--port", "70000"], "error parsing arguments: invalid socket address syntax"],
    [["--port", ""], "error parsing arguments: invalid socket address syntax"],
    [["--readiness-probe-port=-1"], "error parsing arguments: invalid socket address syntax"],
    [["--addr", "localhost"], "error parsing arguments: invalid socket address syntax"],
    [["--addr", "[127.0.0.1]"], "error parsing arguments: invalid socket address syntax"],
    [["--policy-timeout", "abc"], "invalid digit found in string"],
    [["--policy-timeout", ""], "cannot parse integer from empty string"],
    [["--policy-timeout", "99999999999999999999"], "number too large to fit in target type"],
    [["--policy-timeout", "0"], "--policy-timeout must be greater than 0"],
    [["--workers", "x"], "error parsing the number of workers: invalid digit found in string"],
    [["--workers", "0"], "--workers must be greater than 0"],
    [["--max-body-bytes", "8M"], "invalid digit found in string"],
    [["--cert-file", "x"], "both certificate and key must be provided together"],
    [["--key-file", "x"], "both certificate and key must be provided together"],
    [["--key-file", "x", "--client-ca-file", "y"], "both certificate and key must be provided together"],
    [["--client-ca-file", "x"], "client CA certificate requires server certificate and key to be specified"],
  ])("policy-server 32, 43: refuses %j", (argv, message) => {
    expect(failureOf(argv)).toBe(message);
  });
});

describe("usage errors", () => {
  it.each([
    [["--nope"], {}, "error: unexpected argument '--nope' found"],
    [["--log-level", "loud"], {}, "[possible values: trace, debug, info, warn, error]"],
    [["--log-fmt", "xml"], {}, "[possible values: text, json, otlp]"],
    [["--port=1", "--port=2"], {}, "cannot be used multiple times"],
    [[], { KUBEWARDEN_ENABLE_PPROF: "maybe" }, "[possible values: true, false]"],
    [[], { KUBEWARDEN_ENABLE_PPROF: "" }, "[possible values: true, false]"],
  ])("policy-server 43: %j with %j", (argv, env, text) => {
    expect(usageErrorOf(argv, env)).toContain(text);
  });
});
