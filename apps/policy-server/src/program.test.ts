import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runProgram } from "@kubewarden-ts/cli";
import { type EvaluatorOptions, StartupError } from "@kubewarden-ts/policy-evaluation";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectHost, connectHost as connectReal } from "./host/connect-host.ts";
import { policyServer } from "./program.ts";
import { fakeEvaluator } from "./testing/fake-evaluator.ts";
import { fakeHost } from "./testing/fake-host.ts";
import { noBackground } from "./testing/no-background.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-program-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  exit: number;
  stdout: string;
  stderr: string;
  options: EvaluatorOptions | undefined;
}

/** Runs the program until it would serve; the policies are loaded by a fake. */
async function run(
  argv: string[],
  {
    policies = "",
    load = () => {},
    connectHost = fakeHost,
  }: { policies?: string; load?: (options: EvaluatorOptions) => void; connectHost?: ConnectHost } = {},
): Promise<Ended> {
  const path = join(folder, "policies.yml");
  await writeFile(path, policies);
  const shutdown = new AbortController();
  const ended: Ended = { exit: 0, stdout: "", stderr: "", options: undefined };
  const into = (stream: "stdout" | "stderr") => ({
    write: (text: string | Uint8Array) => {
      ended[stream] += String(text);
    },
  });
  ended.exit = await runProgram(policyServer, {
    argv,
    env: {
      KUBEWARDEN_POLICIES: path,
      KUBEWARDEN_BIND_ADDRESS: "127.0.0.1",
      KUBEWARDEN_PORT: "0",
      KUBEWARDEN_READINESS_PROBE_PORT: "0",
    },
    stdout: into("stdout"),
    stderr: into("stderr"),
    deps: () => ({
      shutdown: shutdown.signal,
      reload: new EventTarget(),
      cpus: 3,
      isTerminal: false,
      startEvaluator: async (options) => {
        ended.options = options;
        load(options);
        shutdown.abort();
        return { ...fakeEvaluator(), [Symbol.asyncDispose]: async () => {} };
      },
      background: noBackground,
      pid: process.pid,
      connectHost,
    }),
  });
  return ended;
}

/** What upstream's `--version` lists (policy-server 1), but for two names that no policy can ask for. */
const upstreamBuiltins = [
  ...["base64url.encode_no_pad", "glob.quote_meta", "hex.decode", "hex.encode", "json.is_valid"],
  ...["json.patch", "regex.find_n", "regex.split", "regex.template_match"],
  ...["semver.compare", "semver.is_valid", "sprintf", "time.now_ns", "trace"],
  ...["urlquery.decode", "urlquery.decode_object", "urlquery.encode", "urlquery.encode_object"],
  ...["yaml.is_valid", "yaml.marshal", "yaml.unmarshal"],
];

describe("policy-server", () => {
  it("policy-server 45: prints its version", async () => {
    const stdout = `policy-server ${KUBEWARDEN_VERSION}\n`;
    expect(await run(["-V"])).toMatchObject({ exit: 0, stdout, stderr: "" });
  });

  it("policy-server 45: prints its version with the built-in functions of Rego", async () => {
    const [name, nothing, title, ...builtins] = (await run(["--version"])).stdout.trimEnd().split("\n");
    expect([name, nothing, title]).toEqual([
      `policy-server ${KUBEWARDEN_VERSION}`,
      "",
      "Open Policy Agent/Gatekeeper implemented builtins:",
    ]);
    expect(builtins).toEqual(expect.arrayContaining(upstreamBuiltins.map((each) => `  - ${each}`)));
    expect(builtins).toEqual(builtins.toSorted());
    expect(builtins.every((line) => /^ {2}- [a-z0-9_.]+$/.test(line))).toBe(true);
  });

  it.each([
    ["reference.md", "# "],
    ["reference.adoc", "= "],
  ])("policy-server 45: writes its reference to %s", async (name, heading) => {
    const path = join(folder, name);
    expect(await run(["docs", "-o", path])).toMatchObject({ exit: 0, stderr: "" });
    const text = await readFile(path, "utf8");
    expect(text.startsWith(heading)).toBe(true);
    expect(text).toContain("KUBEWARDEN_POLICY_TIMEOUT");
    expect(text).not.toContain("continue-on-errors");
  });

  it.each([
    ["none/x.md", "cannot create file", "No such file or directory (os error 2)"],
    ["/dev/full", "cannot write to file", "No space left on device (os error 28)"],
  ])("policy-server 45: says that a reference cannot be written to %s", async (file, problem, cause) => {
    const path = resolve(folder, file);
    const stderr = `Error: ${problem} ${path}: ${cause}\n`;
    expect(await run(["docs", "--output", path])).toMatchObject({ exit: 1, stderr });
  });

  it("names in help what is not upstream's", async () => {
    const { exit, stdout } = await run(["--help"]);
    expect(exit).toBe(0);
    expect(stdout).toContain("kubewarden-ts only: largest request body");
    expect(stdout).not.toContain("continue-on-errors");
  });

  it("hands its options to the evaluator", async () => {
    const argv = [
      "--policy-timeout=5",
      "--always-accept-admission-reviews-on-namespace=kw",
      "--continue-on-errors",
    ];
    const { options } = await run(argv, { policies: "psp: {module: 'file:///psp.wasm'}" });
    expect([...(options?.policies.keys() ?? [])]).toEqual(["psp"]);
    expect(options).toMatchObject({
      workers: 3,
      defaultTimeoutMs: 5000,
      timeoutProtection: true,
      continueOnErrors: true,
      alwaysAcceptNamespace: "kw",
    });
  });

  it("policy-server 11: does without limits when told", async () => {
    const { options } = await run(["--disable-timeout-protection"]);
    expect(options).toMatchObject({ defaultTimeoutMs: undefined, timeoutProtection: false });
  });

  it("policy-server 41: logs one JSON object a line", async () => {
    const { stdout } = await run(["--log-fmt=json"]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).fields.message)).toEqual([
      "policy timeout protection is enabled",
      "policies download",
      "started HTTP server",
      "started readiness server",
      "shutting down",
    ]);
  });

  it("policy-server 41: logs plain text at and above the level that is asked for", async () => {
    const { stdout } = await run([]);
    expect(stdout).toMatch(
      /^\S+Z {2}INFO policy_server: policy timeout protection is enabled execution_limit_seconds=2\n/,
    );
    expect((await run(["--log-level=warn"])).stdout).toBe("");
  });

  it.each([
    [["--cert-file=c"], "both certificate and key must be provided together"],
    [["--client-ca-file=ca"], "client CA certificate requires server certificate and key to be specified"],
    [["--workers=0"], "--workers must be greater than 0"],
  ])("policy-server 32: ends with 1, and loads nothing, with %j", async (argv, problem) => {
    const stderr = `Error: ${problem}\n`;
    expect(await run(argv)).toEqual({ exit: 1, stdout: "", stderr, options: undefined });
  });

  it("policy-server 23: lists all that is wrong, naming each policy", async () => {
    const failures = [
      { policyId: "a", kind: "settings" as const, message: "Policy settings are invalid: no message" },
      {
        policyId: "g/b",
        kind: "module" as const,
        message: "bootstrap failure: g/b: Error while downloading policy 'g/#b' from x: y",
      },
      {
        policyId: "g/c",
        kind: "module" as const,
        message: "bootstrap failure: g/c: Policy 'g/#c' cannot be verified: missing signatures",
      },
      {
        policyId: "d",
        kind: "module" as const,
        message: "bootstrap failure: d: Verification of policy d failed: no module",
      },
    ];
    const load = () => {
      throw new StartupError(failures);
    };
    expect(await run([], { load })).toMatchObject({
      exit: 1,
      stderr:
        "Error: policy 'a': Policy settings are invalid: no message\nError: Error while downloading policy 'g/#b' from x: y\nError: Policy 'g/#c' cannot be verified: missing signatures\nError: Verification of policy d failed: no module\n",
    });
  });

  it("policy-server 44: says that the policies file is missing", async () => {
    const stderr =
      'Error: error while loading policies from "/none/p.yml": No such file or directory (os error 2)\n';
    expect(await run(["--policies=/none/p.yml"])).toMatchObject({ exit: 1, stderr });
  });

  it("policy-server 44: names file, policy, field, what was expected and received", async () => {
    const { exit, stderr } = await run([], {
      policies: "p: {module: 1}\nq: {module: m, policyMode: Protect}\n",
    });
    expect(exit).toBe(1);
    expect(
      stderr.split("\n").map((line) => line.includes(`error while loading policies from "${folder}`)),
    ).toEqual([true, true, false]);
  });

  it.each([
    ['{"insecure_sources": ["a"]}', 0, ""],
    ["", 0, ""],
    ['{"insecure_sources": 1}', 1, "insecure_sources: expected a list, received number"],
  ])("reads sources: %j", async (text, exit, problem) => {
    const path = join(folder, "sources.yml");
    await writeFile(path, text);
    const stderr = problem === "" ? "" : `Error: error while loading sources from ${path}: ${problem}\n`;
    expect(await run(["--sources-path", path])).toMatchObject({ exit, stderr });
  });

  describe("without a Kubernetes cluster", () => {
    const problem = /^Cannot connect to Kubernetes cluster: .+\n/;
    it("policy-server 31: does not start", async () => {
      const { exit, stderr, options } = await run([], { connectHost: connectReal });
      expect([exit, options]).toEqual([1, undefined]);
      expect(stderr).toMatch(problem);
      expect(stderr).toMatch(
        /; --ignore-kubernetes-connection-failure starts without one\nError: Cannot connect to Kubernetes, context aware policies would not work properly\n$/,
      );
    });

    it("policy-server 31: starts when it is told to, and what asks for the cluster fails", async () => {
      const { exit, stderr, options } = await run(["--ignore-kubernetes-connection-failure"], {
        connectHost: connectReal,
      });
      expect(exit).toBe(0);
      expect(stderr).toMatch(problem);
      expect(stderr).toMatch(
        /\nCannot connect to Kubernetes, context aware policies will not work properly\n$/,
      );
      const input = { api_version: "v1", kind: "Pod" };
      await expect(options?.serveCapability("kubernetes/list_resources_all", input)).rejects.toThrow(
        "kube::Client was not initialized properly",
      );
    });
  });
});
