import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { searchingPolicy } from "../../apps/kwctl/src/testing/searching-policy.ts";
import { type BundledProgram, bundledProgram } from "./bundled-program.ts";
import { runToEnd } from "./run-to-end.ts";

let kwctl: BundledProgram;
let folder: string;

const pod = (name: string, privileged: boolean) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  containers:
  - name: web
    securityContext: {privileged: ${privileged}}
`;

beforeAll(async () => {
  kwctl = await bundledProgram("kwctl");
  folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-scan-"));
  const module = searchingPolicy({
    needle: '"privileged":true',
    message: "spec.containers[0].securityContext.privileged is true",
  });
  const rules = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
  const policies = ["a", "b"].map((name) => ({
    ...{ apiVersion: "policies.kubewarden.io/v1", kind: "ClusterAdmissionPolicy", metadata: { name } },
    spec: { module: `file://${folder}/policy.wasm`, rules },
  }));
  const suite = (name: string, allowed: boolean) => `apiVersion: kubewarden-ts/v1
kind: TestSuite
tests:
- name: privileged pods
  policy: policy.wasm
  cases:
  - {name: ${name}, object: manifests/bad.yaml, expect: {allowed: ${allowed}}}
`;
  const files = {
    "policy.wasm": module,
    "policies.yaml": policies.map((policy) => JSON.stringify(policy)).join("\n---\n"),
    "manifests/bad.yaml": pod("bad", true),
    "good/pods.yaml": `${pod("one", false)}---\n${pod("two", false)}`,
    "kwctl-test.yml": suite("is rejected", false),
    "wrong.kwctl-test.yml": suite("is accepted", true),
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
});
afterAll(async () => {
  await kwctl[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function run(command: string, paths: readonly string[], flags: readonly string[] = [], stdin = "") {
  const inside = paths.map((path) => (path === "-" ? path : join(folder, path)));
  const env = { PATH: process.env["PATH"], HOME: folder };
  return runToEnd(kwctl.path, [command, ...inside, ...flags], { env, stdin });
}

describe("kwctl scan, as it ships", () => {
  const policies = () => ["--policy", join(folder, "policies.yaml")];

  it("is clean where nothing is wrong", async () => {
    const { exitCode, stdout, stderr } = await run("scan", ["good"], policies());
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: "2 objects, 2 policies, 4 evaluations: 0 violations, 0 warnings, 0 errors\n",
      stderr: "",
    });
  });

  it("finds what standard input holds, with several threads", async () => {
    const flags = [...policies(), "--jobs", "2", "--output", "sarif"];
    const { exitCode, stdout } = await run("scan", ["-", "good"], flags, pod("bad", true));
    const [{ results }] = JSON.parse(stdout).runs;
    expect(results).toMatchObject(
      ["clusterwide-a", "clusterwide-b"].map((ruleId) => ({
        ruleId,
        level: "error",
        locations: [{ physicalLocation: { region: { startLine: 7, startColumn: 23 } } }],
      })),
    );
    expect(exitCode).toBe(1);
  });

  it("is not clean where nothing is", async () => {
    const { exitCode, stdout } = await run("scan", ["none"], policies());
    expect(stdout).toContain("none:1:1: error: No such file or directory (os error 2)\n");
    expect(exitCode).toBe(2);
  });
});

describe("kwctl test, as it ships", () => {
  it.each([
    ["kwctl-test.yml", 0, "ok is rejected"],
    ["wrong.kwctl-test.yml", 1, "FAILED is accepted\n      allowed: expected true, received false"],
    ["manifests", 2, ""],
  ])("%s: exit code %i", async (path, code, text) => {
    const { exitCode, stdout } = await run("test", [path]);
    expect(stdout).toContain(text);
    expect(exitCode).toBe(code);
  });
});
