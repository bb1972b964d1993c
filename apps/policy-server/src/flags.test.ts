import { parseCommandLine } from "@kubewarden-ts/cli";
import { describe, expect, it } from "vitest";
import { serverFlags } from "./flags.ts";
import { policyServer } from "./program.ts";

type Environment = Record<string, string>;

/** Upstream's table of options (policy-server 1). */
const upstream: [name: string, env: string, type: string, otherwise?: string][] = [
  ["addr", "KUBEWARDEN_BIND_ADDRESS", "string", "0.0.0.0"],
  ["port", "KUBEWARDEN_PORT", "string", "3000"],
  ["readiness-probe-port", "KUBEWARDEN_READINESS_PROBE_PORT", "string", "8081"],
  ["workers", "KUBEWARDEN_WORKERS", "string"],
  ["cert-file", "KUBEWARDEN_CERT_FILE", "string"],
  ["key-file", "KUBEWARDEN_KEY_FILE", "string"],
  ["client-ca-file", "KUBEWARDEN_CLIENT_CA_FILE", "list"],
  ["policies", "KUBEWARDEN_POLICIES", "string", "policies.yml"],
  ["policies-download-dir", "KUBEWARDEN_POLICIES_DOWNLOAD_DIR", "string", "."],
  ["sources-path", "KUBEWARDEN_SOURCES_PATH", "string"],
  ["verification-path", "KUBEWARDEN_VERIFICATION_CONFIG_PATH", "string"],
  ["docker-config-json-path", "KUBEWARDEN_DOCKER_CONFIG_JSON_PATH", "string"],
  ["sigstore-cache-dir", "KUBEWARDEN_SIGSTORE_CACHE_DIR", "string", "sigstore-data"],
  ["sigstore-trust-config", "KUBEWARDEN_SIGSTORE_TRUST_CONFIG_PATH", "string"],
  [
    "always-accept-admission-reviews-on-namespace",
    "KUBEWARDEN_ALWAYS_ACCEPT_ADMISSION_REVIEWS_ON_NAMESPACE",
    "string",
  ],
  ["policy-timeout", "KUBEWARDEN_POLICY_TIMEOUT", "string", "2"],
  ["disable-timeout-protection", "KUBEWARDEN_DISABLE_TIMEOUT_PROTECTION", "boolean"],
  ["ignore-kubernetes-connection-failure", "KUBEWARDEN_IGNORE_KUBERNETES_CONNECTION_FAILURE", "boolean"],
  ["continue-on-errors", "KUBEWARDEN_CONTINUE_ON_ERRORS", "boolean"],
  ["enable-metrics", "KUBEWARDEN_ENABLE_METRICS", "boolean"],
  ["enable-pprof", "KUBEWARDEN_ENABLE_PPROF", "boolean"],
  ["log-level", "KUBEWARDEN_LOG_LEVEL", "trace|debug|info|warn|error", "info"],
  ["log-fmt", "KUBEWARDEN_LOG_FMT", "text|json|otlp", "text"],
  ["log-no-color", "NO_COLOR", "boolean"],
  ["daemon", "KUBEWARDEN_DAEMON", "boolean"],
  ["daemon-pid-file", "KUBEWARDEN_DAEMON_PID_FILE", "string", "policy-server.pid"],
  ["daemon-stdout-file", "KUBEWARDEN_DAEMON_STDOUT_FILE", "string"],
  ["daemon-stderr-file", "KUBEWARDEN_DAEMON_STDERR_FILE", "string"],
];

describe("serverFlags", () => {
  it("policy-server 43: are upstream's, in its order, and after them our own", () => {
    const rows = Object.entries(serverFlags).map(([name, flag]) => [
      ...[name, flag.env, flag.type === "enum" ? flag.values.join("|") : flag.type],
      ...("default" in flag ? [flag.default] : []),
    ]);
    expect(rows.slice(0, upstream.length)).toEqual(upstream);
    for (const [name, env] of rows.slice(upstream.length)) {
      expect(env).toBe(`KUBEWARDEN_${String(name).toUpperCase().replaceAll("-", "_")}`);
    }
  });
});

describe("policy-server 43: every flag, by option and by environment", () => {
  const sample = (flag: (typeof serverFlags)[keyof typeof serverFlags]): string[] => {
    if (flag.type === "boolean") return ["true", "1", "yes", "on"];
    return flag.type === "enum" ? [...flag.values] : ["2048"];
  };
  const rows = Object.entries(serverFlags).flatMap(([name, flag]) =>
    sample(flag).map((text) => [name, flag.env, text] as const),
  );
  const flagValue = (name: string, argv: string[], env: Environment = {}): unknown => {
    const parsed = parseCommandLine(policyServer, argv, env);
    return parsed.kind === "run" ? parsed.flags[name] : parsed;
  };

  it.each(rows)("--%s and %s take %s", (name, variable, text) => {
    const { type } = serverFlags[name as keyof typeof serverFlags];
    const expected = { boolean: true, list: [text], number: Number(text), enum: text, string: text }[type];
    expect(flagValue(name, [`--${name}=${text}`])).toEqual(expected);
    expect(flagValue(name, [], { [variable]: text })).toEqual(expected);
  });

  const switches = Object.entries(serverFlags).filter(([, { type }]) => type === "boolean");
  it.each(switches)("--%s is switched off by every word for it", (name, { env: variable }) => {
    expect(flagValue(name, [`--${name}`], { [variable]: "false" })).toBe(true);
    for (const text of ["false", "0", "no", "off"]) {
      expect(flagValue(name, [`--${name}=${text}`], { [variable]: "true" })).toBe(false);
      // any text in NO_COLOR counts
      expect(flagValue(name, [], { [variable]: text })).toBe(variable === "NO_COLOR");
    }
  });
});
