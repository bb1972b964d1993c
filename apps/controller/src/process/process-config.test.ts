import { defineCommand, goWords, parseCommandLine } from "@kubewarden-ts/cli";
import { describe, expect, it } from "vitest";
import { controllerFlags } from "../flags.ts";
import { readBindAddress } from "./bind-address.ts";
import { otlpVariables } from "./otlp-environment.ts";
import { type ControllerFlags, readProcessConfig } from "./process-config.ts";

const command = defineCommand({ name: "controller", summary: "test", flags: controllerFlags, run() {} });

function read(argv: readonly string[], env: Record<string, string> = {}) {
  const all = ["--deployments-namespace=kubewarden", ...argv];
  const parsed = parseCommandLine(command, goWords(controllerFlags, all), env);
  if (parsed.kind !== "run") throw new Error(parsed.text);
  return readProcessConfig(parsed.flags as ControllerFlags, env);
}

describe("what the controller is told", () => {
  it("has upstream's defaults", () => {
    expect(read([])).toEqual({
      controller: {
        deploymentsNamespace: "kubewarden",
        webhookServiceName: "kubewarden-controller-webhook-service",
        alwaysAcceptInDeploymentsNamespace: false,
        clientCaConfigMapName: undefined,
        imagePullSecrets: [],
        hostNetwork: false,
        telemetry: {
          ...{ metrics: false, tracing: false, sidecar: false },
          ...{ certificateSecret: undefined, clientCertificateSecret: undefined },
          ...{ policyServerMetricsPort: 8080, environment: {} },
        },
      },
      metricsAddress: { host: undefined, port: 8088 },
      probeAddress: { host: undefined, port: 8081 },
      webhookPort: 9443,
      certificatesFolder: "/tmp/k8s-webhook-server/serving-certs",
      leaderElect: false,
      kubeconfigPath: undefined,
      defaultsConfigMapName: "kubewarden-defaults",
      log: { format: "json", level: "info", timeEncoding: "rfc3339" },
    });
  });

  it("takes the arguments of upstream's charts", () => {
    const config = read([
      ...["--leader-elect", "--webhook-service-name=hooks", "--health-probe-bind-address=:8082"],
      ...["--metrics-bind-address=0", "--webhook-server-port=9444", "--zap-log-level", "debug"],
      ...["--always-accept-admission-reviews-on-deployments-namespace", "-host-network=false"],
      ...["--client-ca-configmap-name=my-ca", "--image-pull-secrets", " a , b,,", "--enable-metrics"],
      ...["-enable-tracing", "--enable-otel-sidecar", "--opentelemetry-certificate-secret=c"],
      ...["--opentelemetry-client-certificate-secret=d", "--defaults-configmap-name="],
    ]);
    expect(config).toMatchObject({
      controller: {
        webhookServiceName: "hooks",
        alwaysAcceptInDeploymentsNamespace: true,
        clientCaConfigMapName: "my-ca",
        imagePullSecrets: ["a", "b"],
        hostNetwork: false,
        telemetry: {
          ...{ metrics: true, tracing: true, sidecar: true },
          ...{ certificateSecret: "c", clientCertificateSecret: "d" },
        },
      },
      probeAddress: { port: 8082 },
      metricsAddress: undefined,
      webhookPort: 9444,
      leaderElect: true,
      defaultsConfigMapName: undefined,
      log: { level: "debug" },
    });
  });

  it("controller 31: hands on the variables of OpenTelemetry that are set", () => {
    expect(otlpVariables).toHaveLength(26);
    const env = {
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "a=b",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4317",
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "cumulative",
      OTEL_EXPORTER_OTLP_INSECURE: "",
      OTEL_SERVICE_NAME: "x",
    };
    expect(Object.entries(read([], env).controller.telemetry.environment)).toEqual([
      ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4317"],
      ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative"],
      ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=b"],
    ]);
  });

  const variable = "KUBEWARDEN_POLICY_SERVER_SERVICES_METRICS_PORT";
  it.each<[string, string[], Record<string, string>, number]>([
    ["the variable", [], { [variable]: "9000" }, 9000],
    ["an empty variable, which is none", [], { [variable]: "" }, 8080],
    ["the flag before the variable", ["--policy-server-metrics-port=9001"], { [variable]: "x" }, 9001],
  ])("controller 32: has the metrics port of %s", (_row, argv, env, port) => {
    expect(read(argv, env).controller.telemetry.policyServerMetricsPort).toBe(port);
  });

  it.each<[string, string[], Record<string, string>, string]>([
    [
      "controller 31: the sidecar in the node's network",
      ["--host-network", "--enable-otel-sidecar"],
      {},
      "--host-network and --enable-otel-sidecar are mutually exclusive",
    ],
    ...["x", "0", "65536", "1.5", "-1"].map((text): [string, string[], Record<string, string>, string] => [
      `controller 32: ${text} as port of metrics`,
      [],
      { [variable]: text },
      `${variable}: expected a port from 1 to 65535, received `,
    ]),
    [
      "a port of 0",
      ["--webhook-server-port=0"],
      {},
      "--webhook-server-port: expected a port from 1 to 65535, received 0",
    ],
    ["a port too high", ["--webhook-server-port=65536"], {}, "--webhook-server-port: expected a port"],
    ["no namespace", ["--deployments-namespace="], {}, "--deployments-namespace: expected the namespace"],
    [
      "an address without a port",
      ["--metrics-bind-address=1.2.3.4"],
      {},
      "--metrics-bind-address: expected an address",
    ],
    [
      "an unknown log level",
      ["--zap-log-level=loud"],
      {},
      "--zap-log-level: expected debug, info, error, panic",
    ],
    ["log level 0", ["--zap-log-level=0"], {}, "--zap-log-level: expected"],
  ])("is refused: %s", (_row, argv, env, message) => {
    expect(() => read(argv, env)).toThrow(message);
  });

  it.each([
    [["--zap-devel"], { format: "console", level: "debug" }],
    [["--zap-devel", "--zap-encoder=json", "--zap-log-level=Error"], { format: "json", level: "error" }],
    [["--zap-log-level=panic"], { level: "none" }],
    [["--zap-log-level=1"], { level: "debug" }],
    [["--zap-log-level=5", "--zap-time-encoding=epoch"], { level: "trace", timeEncoding: "epoch" }],
  ])("logs as %j says", (argv, log) => {
    expect(read(argv).log).toMatchObject(log);
  });
});

describe("readBindAddress", () => {
  it.each([
    [":8088", { host: undefined, port: 8088 }],
    ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
    ["[::1]:80", { host: "::1", port: 80 }],
    ["[]:80", { host: undefined, port: 80 }],
    ["0", undefined],
  ])("reads %s", (text, address) => expect(readBindAddress("x", text)).toEqual(address));

  it.each(["", "8080", ":", ":x", ":65536", "::1:80", "a:b:1"])("refuses %j", (text) => {
    expect(() => readBindAddress("x", text)).toThrow(
      `--x: expected an address such as :8080, or 0, received "${text}"`,
    );
  });
});
