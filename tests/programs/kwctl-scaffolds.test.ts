import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseVerificationConfig } from "@kubewarden-ts/sigstore";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { wapcGuests } from "../guests/text/wapc.ts";
import { type Registry, startRegistry } from "../registry/start-registry.ts";
import { requires } from "../support/requirements.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type BundledProgram, bundledProgram } from "./bundled-program.ts";
import { requests } from "./guest-row.ts";
import { type KwctlFolder, kwctlFolder } from "./kwctl-in-folder.ts";

const annotations = { "io.kubewarden.policy.title": "accepting" };
const accepting = asPolicy(assemble(wapcGuests.accept), { annotations });
const admission = "apiVersion: admissionregistration.k8s.io/v1";
const vap = `${admission}
kind: ValidatingAdmissionPolicy
metadata: {name: replicas}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]
  validations: [{expression: object.spec.replicas < 5}]
`;
const binding = `${admission}
kind: ValidatingAdmissionPolicyBinding
metadata: {name: here}
spec: {policyName: replicas, validationActions: [Deny]}
`;
const metadata = `rules: []
mutating: false
annotations:
  io.kubewarden.policy.version: 1.2.3
  io.kubewarden.policy.title: accepting
  io.artifacthub.displayName: Accepting
  io.kubewarden.policy.description: Accepts
  io.kubewarden.policy.ociUrl: ghcr.io/acme/accepting
`;

const started = new AsyncDisposableStack();
let program: BundledProgram;
let folder: KwctlFolder;
beforeAll(async () => {
  program = started.use(await bundledProgram("kwctl"));
});
afterAll(() => started.disposeAsync());
beforeEach(async () => {
  folder = await kwctlFolder(program);
  await folder.write("policy.wasm", accepting);
});
afterEach(() => folder[Symbol.asyncDispose]());

const kwctl = (line: string) => folder.kwctl(line.split(" "));

describe("kwctl scaffold", () => {
  it.each([
    ["ghcr.io/acme/cel-policy", /Using the 'latest' version of the CEL policy/],
    ["ghcr.io/acme/cel-policy:v1.0.0", /^$/],
  ])("kwctl-and-oci 30: vap with the module %s", async (module, warning) => {
    await Promise.all([folder.write("vap.yml", vap), folder.write("binding.yml", binding)]);
    const args = `scaffold vap --policy vap.yml --binding binding.yml --cel-policy ${module}`;
    const { exitCode, stdout, stderr } = await kwctl(args);
    expect(exitCode).toBe(0);
    expect(parse(stdout)).toMatchObject({ metadata: { name: "here" }, spec: { module } });
    expect(stderr).toMatch(warning);
  });

  it.each([
    ["--binding binding.yml", "--policy <VALIDATING-ADMISSION-POLICY.yaml>"],
    ["--policy vap.yml", "--binding <VALIDATING-ADMISSION-POLICY-BINDING.yaml>"],
  ])("kwctl-and-oci 21, 30: vap with %s alone", async (flags, missing) => {
    const { exitCode, stderr } = await kwctl(`scaffold vap ${flags}`);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`the following required arguments were not provided:\n  ${missing}\n`);
  });

  it("kwctl-and-oci 31: artifacthub with the file that is there, and without one", async () => {
    const missing = await kwctl("scaffold artifacthub");
    expect(missing).toMatchObject({ exitCode: 1, stdout: "" });
    expect(missing.stderr).toContain("path to metadata file not provided, plus 'metadata.yml' not found");
    await folder.write("metadata.yml", metadata);
    const { exitCode, stdout } = await kwctl("scaffold artifacthub");
    expect({ exitCode, name: parse(stdout).name }).toEqual({ exitCode: 0, name: "accepting" });
  });

  it("kwctl-and-oci 32: admission-request without a cluster leaves its input as it is", async () => {
    const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: nginx}\n";
    const path = await folder.write("pod.yml", text);
    const { exitCode, stdout } = await kwctl("scaffold admission-request -o CREATE --object pod.yml");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).resource.resource).toBe("pods");
    expect(await readFile(path, "utf8")).toBe(text);
  });

  it("kwctl-and-oci 32: what it gives is a request that policies are asked about", async () => {
    await folder.write("pod.yml", "apiVersion: v1\nkind: Pod\nmetadata: {name: nginx}\n");
    const request = await kwctl("scaffold admission-request -o CREATE --object pod.yml");
    const { exitCode, stdout } = await folder.kwctl(["run", "policy.wasm", "-r", "-"], {}, request.stdout);
    expect({ exitCode, allowed: JSON.parse(stdout).allowed }).toEqual({ exitCode: 0, allowed: true });
  });

  it("kwctl-and-oci 33: verification-config names the file that turns it on, and that file is used", async () => {
    const { stdout } = await kwctl("scaffold verification-config");
    const path = join(folder.path, "config/kubewarden/verification-config.yml");
    expect(stdout).toContain(`#   ${path}\n`);
    expect(parseVerificationConfig(stdout)).toMatchObject({ allOf: [{ owner: "kubewarden" }] });
    await folder.write("config/kubewarden/verification-config.yml", stdout);
    const { exitCode, stderr } = await kwctl("scaffold manifest policy.wasm -t AdmissionPolicy");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Invalid OCI image reference: invalid reference format");
  });
});

describe.skipIf(requires("registry").skip)("kwctl scaffold manifest and a real registry", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry?.[Symbol.asyncDispose]());

  it.each(["on demand", "pulled before"])("kwctl-and-oci 29: of a policy that is %s", async (when) => {
    const sources = JSON.stringify({ insecure_sources: [registry.host] });
    await folder.write("sources.yml", sources);
    const uri = `registry://${registry.host}/acme/${when.replaceAll(" ", "-")}:v1`;
    const source = "--sources-path sources.yml";
    expect(await kwctl(`push policy.wasm ${uri} ${source}`)).toMatchObject({ exitCode: 0 });
    if (when !== "on demand") expect(await kwctl(`pull ${uri} ${source}`)).toMatchObject({ exitCode: 0 });
    const flags = '-t ClusterAdmissionPolicy --settings-json {"a":[1]}';
    const { exitCode, stdout } = await kwctl(`scaffold manifest ${uri} ${source} ${flags}`);
    expect(exitCode).toBe(0);
    const spec = { module: uri, settings: { a: [1] } };
    expect(parse(stdout)).toMatchObject({ kind: "ClusterAdmissionPolicy", spec });
  });
});

describe("kwctl", () => {
  it("kwctl-and-oci 9: bench writes its lines", async () => {
    await folder.write("request.json", requests.plain);
    const times = "--measurement-time 1 --warm-up-time 1 --num-resamples 2 --num-samples 2";
    const { exitCode, stdout, stderr } = await kwctl(`bench policy.wasm -r request.json ${times}`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    for (const label of ["validate_settings", "validate"]) {
      expect(stdout).toMatch(new RegExp(`^${label} warming up for 1\\.00s$`, "m"));
      expect(stdout).toMatch(new RegExp(`^${label} \\[.+ iterations in .+ with 2\\.0 samples\\]:$`, "m"));
    }
  });

  it("kwctl-and-oci 43: completions can be sourced as the help of bash says", async () => {
    const script = 'source <("$KWCTL_CMD" completions -s bash) && complete -p kwctl';
    const { exitCode, stdout, stderr } = await folder.run("bash", ["--norc", "-c", script]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/ kwctl\n$/);
  });
});
