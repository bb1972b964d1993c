import { metadataSectionName } from "@kubewarden-ts/protocol";
import { setCustomSection } from "@kubewarden-ts/wasm";
import { describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { regoModule, textPolicy } from "../testing/text-policy.ts";

const request = {
  uid: "u1",
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  operation: "CREATE",
  userInfo: {},
  object: { a: 1 },
};
const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };

function annotated(module: Uint8Array, metadata: object): Uint8Array {
  const content = { protocolVersion: "v1", rules: [], mutating: false, ...metadata };
  return setCustomSection(module, metadataSectionName, new TextEncoder().encode(JSON.stringify(content)));
}

const reject = '{"accepted":false,"message":"no"}';
const mutate = '{"accepted":true,"mutated_object":{"a":2}}';

const policies = {
  "/accept.wasm": textPolicy(),
  "/reject.wasm": textPolicy({ validate: reject }),
  "/mutate.wasm": textPolicy({ validate: mutate }),
  "/raw.wasm": annotated(textPolicy({ validate: mutate }), { policyType: "raw" }),
  "/refuses-settings.wasm": textPolicy({ settings: '{"valid":false,"message":"bad\\nsettings"}' }),
  "/lookup.wasm": textPolicy({ looksUpHost: true }),
  "/rego.wasm": regoModule(),
  "/newer.wasm": annotated(textPolicy(), { minimumKubewardenVersion: "1.99.3" }),
  "/wants-pods.wasm": annotated(textPolicy(), { contextAwareResources: [{ apiVersion: "v1", kind: "Pod" }] }),
  "/text.wasm": "text",
};

function customResource(kind: string, name: string, spec: object): string {
  return JSON.stringify({ apiVersion: "policies.kubewarden.io/v1", kind, metadata: { name }, spec });
}
const accepting = customResource("ClusterAdmissionPolicy", "a", { module: "file:///accept.wasm" });
const rejecting = customResource("AdmissionPolicy", "b", {
  module: "file:///reject.wasm",
  message: "own words",
});
const monitoring = customResource("AdmissionPolicy", "c", { module: "file:///reject.wasm", mode: "monitor" });
const mutating = customResource("AdmissionPolicy", "d", { module: "file:///mutate.wasm" });
const refusing = customResource("AdmissionPolicy", "e", { module: "file:///refuses-settings.wasm" });
const group = customResource("AdmissionPolicyGroup", "g", {
  expression: "yes() && no()",
  message: "group says no",
  policies: { yes: { module: "file:///accept.wasm" }, no: { module: "file:///reject.wasm" } },
});
const unavailable = customResource("AdmissionPolicy", "h", { module: "file:///none.wasm" });

const files = memoryFiles({
  ...policies,
  "/r.json": JSON.stringify(request),
  "/review.json": JSON.stringify(review),
  "/raw.json": '{"uid":"raw","a":1}',
  "/s.yml": "a: 1",
  "/all.yaml": [accepting, rejecting, monitoring, mutating].join("\n---\n"),
  "/group.yml": group,
  "/stops.yaml": [accepting, refusing, rejecting].join("\n---\n"),
  "/unavailable.yaml": [accepting, unavailable].join("\n---\n"),
});

function kwctl(line: string, stdin?: string) {
  return runKwctl(line.split(" "), stdin === undefined ? { files } : { files, stdin });
}
const acceptedLine = '{"uid":"u1","allowed":true,"auditAnnotations":null,"warnings":null}\n';

describe("kwctl run", () => {
  it.each([
    ["10, 11: an acceptance", "/accept.wasm -r /r.json", acceptedLine],
    [
      "10, 11: a rejection, which is a success of the command",
      "/reject.wasm -r /r.json",
      '{"uid":"u1","allowed":false,"status":{"message":"no"},"auditAnnotations":null,"warnings":null}\n',
    ],
    ["12: the same for an AdmissionReview", "/accept.wasm -r /review.json", acceptedLine],
    ["36: what all capabilities allow", "/lookup.wasm -r /r.json", acceptedLine],
    [
      "36: a greedy list before the policy",
      "run -r /r.json --allowed-host-capabilities oci/* net/* -- /lookup.wasm",
      acceptedLine,
    ],
  ])("kwctl %s", async (_row, line, stdout) => {
    const argv = line.startsWith("run ") ? line : `run ${line}`;
    expect(await kwctl(argv)).toMatchObject({ code: 0, stdout, stderr: "" });
  });

  it("kwctl-and-oci 12: reads the request from standard input", async () => {
    expect(await kwctl("run /accept.wasm -r -", JSON.stringify(review))).toMatchObject({
      code: 0,
      stdout: acceptedLine,
    });
  });

  it.each([
    ["--raw", "/mutate.wasm --raw -r /raw.json", "raw"],
    ["metadata", "/raw.wasm -r /raw.json", "raw"],
    ["an admission request", "/mutate.wasm -r /r.json", "u1"],
  ])("mutates: %s", async (_row, line, uid) => {
    const { code, stdout } = await kwctl(`run ${line}`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ uid, allowed: true, patchType: "JSONPatch" });
  });

  it("kwctl-and-oci 36: a capability that was not granted is a rejection", async () => {
    const { code, stdout } = await kwctl("run /lookup.wasm -r /r.json --allowed-host-capabilities");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ allowed: false });
    expect(stdout).toContain("has not been granted access");
  });

  it.each([
    ["oc*/x", "wildcard '*' must be the entire last path segment"],
    ["nope", 'unknown segment "nope", valid options at this level are: crypto, kubernetes, net, oci'],
    ["oci", 'not a complete capability path; use "oci/*" to allow all capabilities under it'],
    ["=", "invalid pattern: pattern must not be empty"],
  ])("kwctl-and-oci 36: refuses the pattern %s", async (pattern, text) => {
    const flag = pattern === "=" ? "--allowed-host-capabilities=" : `--allowed-host-capabilities ${pattern}`;
    const { code, stderr } = await kwctl(`run /accept.wasm -r /r.json ${flag}`);
    expect(code).toBe(1);
    expect(stderr.startsWith("Error: Invalid host capabilities pattern: ")).toBe(true);
    expect(stderr).toContain(text);
  });

  it("kwctl-and-oci 37: evaluates several policies in order, with their modes and messages", async () => {
    const { code, stdout, lines } = await kwctl("run /all.yaml -r /r.json --settings-path /s.yml -e opa");
    expect(code).toBe(0);
    const responses = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(responses).toMatchObject([
      { allowed: true },
      { allowed: false, status: { message: "own words" } },
      { allowed: true },
      { allowed: false },
    ]);
    const logged = lines.filter(({ target }) => target === "kwctl");
    expect(logged.map(({ level, message }) => `${level} ${message}`)).toEqual([
      expect.stringContaining("info settings flags are ignored"),
      expect.stringContaining("info the execution mode flag is ignored"),
      expect.stringContaining("warn the YAML file holds several policies"),
      "info policy evaluation (monitor mode)",
    ]);
  });

  it.each(["/group.yml", "file:///group.yml"])(
    "kwctl-and-oci 37: evaluates the group of %s",
    async (file) => {
      const { code, stdout } = await kwctl(`run ${file} -r /r.json`);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ allowed: false, status: { message: "group says no" } });
    },
  );

  it("kwctl-and-oci 37: the first error stops the rest", async () => {
    const { code, stdout, stderr } = await kwctl("run /stops.yaml -r /r.json");
    expect({ code, stdout }).toEqual({ code: 1, stdout: acceptedLine });
    expect(stderr).toBe("Error: Provided settings are not valid: bad\nsettings\n");
  });

  it("evaluates nothing when a module cannot be had", async () => {
    expect(await kwctl("run /unavailable.yaml -r /r.json")).toMatchObject({
      code: 1,
      stdout: "",
      stderr:
        "Error: Cannot fetch policy file:///none.wasm\n\nCaused by:\n    /none.wasm: No such file or directory (os error 2)\n",
    });
  });

  it.each([
    [
      "10: invalid settings",
      "/refuses-settings.wasm -r /r.json",
      "Provided settings are not valid: bad\nsettings",
    ],
    [
      "45: a policy for a newer Kubewarden",
      "/newer.wasm -r /r.json",
      "Policy required Kubewarden version 1.99.0 or greater. But it's running on 1.38.0",
    ],
    [
      "44: a missing request",
      "/accept.wasm -r /none",
      "Error opening request file /none; No such file or directory (os error 2)",
    ],
    [
      "44: missing settings",
      "/accept.wasm -r /r.json -s /none",
      "Cannot open settings file /none: No such file or directory (os error 2)",
    ],
    [
      "44: missing sources",
      "/accept.wasm -r /r.json --sources-path /none",
      "Error getting remote server options: Cannot read sources file /none: No such file or directory (os error 2)",
    ],
    [
      "sources that are none",
      "/accept.wasm -r /r.json --sources-path /all.yaml",
      "Error getting remote server options: Cannot parse sources file /all.yaml: ",
    ],
    [
      "44: a missing YAML file",
      "/none.yaml -r /r.json",
      'Cannot open YAML file "/none.yaml": No such file or directory (os error 2)',
    ],
    [
      "44: verification with a key that is not there",
      "/accept.wasm -r /r.json -k key",
      "could not read file key: No such file or directory (os error 2)",
    ],
    [
      "12: a raw request where none is meant",
      "/accept.wasm -r /raw.json",
      "cannot build AdmissionRequest object from given input: missing field `kind`",
    ],
    [
      "37: --raw with custom resources",
      "/all.yaml --raw -r /r.json",
      "The --raw option cannot be used with a YAML file: /all.yaml",
    ],
    ["39: an unknown digest", "beef -r /r.json", "Cannot find policy with uri: beef"],
    [
      "Rego without a mode",
      "/rego.wasm -r /r.json",
      "The policy has been created with Rego, please specify which Opa runtime has to be used",
    ],
    [
      "a mode that contradicts the module",
      "/accept.wasm -e opa -r /r.json",
      "The policy has not been created with Rego, the policy execution mode specified via CLI flag is wrong",
    ],
    [
      "settings that are a list",
      "/accept.wasm -r /r.json --settings-json []",
      "Invalid settings in CRD, not an object",
    ],
    [
      "what is no module",
      "/text.wasm -r /r.json",
      "cannot parse custom section of wasm module: not a WebAssembly module",
    ],
  ])("kwctl %s fails", async (_row, line, message) => {
    const { code, stdout, stderr } = await kwctl(`run ${line}`);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.startsWith(`Error: ${message}`)).toBe(true);
  });

  it("kwctl-and-oci 9: the default verification file is never ignored", async () => {
    const config = "/home/test/.config/kubewarden/verification-config.yml";
    const withConfig = memoryFiles({
      "/p.wasm": textPolicy(),
      "/r.json": JSON.stringify(request),
      [config]: "",
    });
    const { code, stderr } = await runKwctl(["run", "/p.wasm", "-r", "/r.json"], { files: withConfig });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Error: Not a valid configuration file: invalid type: unit value, expected a map (${config}): its presence turns verification on, so repair it, or remove it to verify nothing\n`,
    });
  });

  it.each([
    ["warns and grants nothing", "", 2],
    ["grants what metadata lists", " --allow-context-aware", 0],
  ])("a context-aware policy: %s", async (_row, flag, warnings) => {
    const { code, lines } = await kwctl(`run /wants-pods.wasm -r /r.json${flag}`);
    expect(code).toBe(0);
    expect(lines.filter(({ level }) => level === "warn")).toHaveLength(warnings);
  });
});
