import { goWords, runProgram } from "@kubewarden-ts/cli";
import { describe, expect, it } from "vitest";
import { controllerFlags } from "./flags.ts";
import { controllerProgram } from "./program.ts";

async function run(argv: readonly string[], env: Record<string, string> = {}) {
  const written = { stdout: "", stderr: "" };
  const shutdown = new AbortController().signal;
  const exitCode = await runProgram(controllerProgram, {
    argv: goWords(controllerFlags, argv),
    env: { KUBECONFIG: "/does/not/exist", ...env },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    deps: () => ({ shutdown }),
  });
  return { exitCode, ...written };
}

const namespace = "--deployments-namespace=kubewarden";
const silent = ["--metrics-bind-address=0", "--health-probe-bind-address=0"];

describe("the controller's exit code", () => {
  it.each<[string, string[], Record<string, string>, number, RegExp]>([
    [
      "controller 31: is 1 for the sidecar in the node's network",
      [namespace, "--host-network", "--enable-otel-sidecar"],
      {},
      1,
      /^Error: --host-network and --enable-otel-sidecar are mutually exclusive\n$/,
    ],
    [
      "controller 32: is 1 for a port of metrics that is none",
      [namespace],
      { KUBEWARDEN_POLICY_SERVER_SERVICES_METRICS_PORT: "many" },
      1,
      /^Error: KUBEWARDEN_POLICY_SERVER_SERVICES_METRICS_PORT: expected a port/,
    ],
    [
      "is 1 for a port that cannot be",
      [namespace, "-webhook-server-port", "70000"],
      {},
      1,
      /^Error: --webhook-server-port: /,
    ],
    ["is 1 without a namespace", [], {}, 1, /^Error: --deployments-namespace: expected/],
    ["is 1 without a cluster", [namespace, ...silent], {}, 1, /^Error: no kubeconfig with a current context/],
    [
      "is 1 for a collector that cannot be",
      [namespace, ...silent, "--enable-metrics"],
      { OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://x" },
      1,
      /^Error: OTEL_EXPORTER_OTLP_ENDPOINT: expected/,
    ],
    [
      "is 1 for a clean-up without a namespace",
      ["--cleanup"],
      {},
      1,
      /^Error: --deployments-namespace: expected/,
    ],
    ["is 2 for an unknown flag", ["--who"], {}, 2, /^error: unexpected argument '--who' found/],
    ["is 2 for a port that is no number", ["--webhook-server-port=x"], {}, 2, /invalid digit/],
  ])("%s", async (_row, argv, env, exitCode, stderr) => {
    const found = await run(argv, env);
    expect(found.stderr.replaceAll(/^\{.*\}\n/gm, "")).toMatch(stderr);
    expect(found.exitCode).toBe(exitCode);
  });

  it.each([["--version"], ["-version"]])("is 0 for %s", async (flag) => {
    expect(await run([flag])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^controller 1\.38/),
    });
  });
});
