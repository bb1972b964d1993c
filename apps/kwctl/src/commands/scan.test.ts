import { describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";
import { searchingPolicy } from "../testing/searching-policy.ts";
import { textPolicy } from "../testing/text-policy.ts";

const pods = [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }];
const everything = [{ apiGroups: ["*"], apiVersions: ["*"], resources: ["*"], operations: ["*"] }];

function policyResource(
  name: string,
  spec: object,
  { kind = "ClusterAdmissionPolicy", namespace = "" } = {},
) {
  const metadata = { name, ...(namespace && { namespace }) };
  return JSON.stringify({
    apiVersion: "policies.kubewarden.io/v1",
    kind,
    metadata,
    spec: { rules: pods, ...spec },
  });
}

const privileged = { module: "file:///privileged.wasm" };

const modules = {
  "/privileged.wasm": searchingPolicy({
    needle: '"privileged":true',
    message: "spec.containers[0].securityContext.privileged must not be true",
  }),
  "/accept.wasm": textPolicy(),
  "/reject.wasm": textPolicy({ validate: '{"accepted":false,"message":"no"}' }),
  "/mutate.wasm": textPolicy({
    validate: '{"accepted":true,"mutated_object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"new"}}}',
  }),
  "/fails.wasm": textPolicy({ validate: "this is no answer" }),
  "/lookup.wasm": textPolicy({ looksUpHost: true }),
  "/refuses.wasm": textPolicy({ settings: '{"valid":false,"message":"bad settings"}' }),
};

const pod = (name: string, isPrivileged = false, more = "") => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}${more}
spec:
  containers:
  - name: web
    securityContext:
      privileged: ${isPrivileged}
`;

/** Three faults: in the second document, behind a word that kubectl reads as true, and within a list. */
const planted = {
  "/m/a.yaml": `# first\n---\n${pod("a1")}---\n${pod("a2", true)}`,
  "/m/deep/b.yml": pod("b").replace("privileged: false", "privileged: yes"),
  "/m/deep/c.json": JSON.stringify(
    { apiVersion: "v1", kind: "List", items: [podObject("c1", false), podObject("c2", true)] },
    null,
    2,
  ),
  "/m/notes.txt": "no manifest",
  "/m/.git/x.yaml": pod("hidden", true),
};

function podObject(name: string, isPrivileged: boolean) {
  const containers = [{ name: "web", securityContext: { privileged: isPrivileged } }];
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers } };
}

function scan(line: string, files: Record<string, string | Uint8Array>, stdin = "") {
  return runKwctl(["scan", ...line.split(" ")], { files: memoryFiles({ ...modules, ...files }), stdin });
}

describe("kwctl scan", () => {
  it("finds three planted faults of a folder, each at its line", async () => {
    const files = { ...planted, "/p.yaml": policyResource("psp", privileged) };
    const { code, stdout, stderr } = await scan("/m -p /p.yaml", files);
    const told = "spec.containers[0].securityContext.privileged must not be true [clusterwide-psp]";
    expect({ stderr, stdout }).toEqual({
      stderr: "",
      stdout: `/m/a.yaml:21:7: error: Pod a2: ${told}
/m/deep/b.yml:9:7: error: Pod b: ${told}
/m/deep/c.json:33:15: error: Pod c2: ${told}
5 objects, 1 policy, 5 evaluations: 3 violations, 0 warnings, 0 errors
`,
    });
    expect(code).toBe(1);
  });

  it("reads standard input, as Helm writes it", async () => {
    const stdin = `---\n# Source: web/templates/pod.yaml\n${pod("web", true)}`;
    const result = await scan(
      "- -p /p.yaml -o json",
      { "/p.yaml": policyResource("psp", privileged) },
      stdin,
    );
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout).results).toMatchObject([
      { file: "-", line: 11, column: 7, template: "web/templates/pod.yaml", outcome: "violation" },
    ]);
  });

  it.each<[string, string, object, number, string]>([
    [
      "a clean scan",
      "",
      privileged,
      0,
      "1 object, 1 policy, 1 evaluation: 0 violations, 0 warnings, 0 errors",
    ],
    ["a violation", "", { module: "file:///reject.wasm" }, 1, "error: Pod a: no [clusterwide-p]"],
    [
      "a violation in monitor mode",
      "",
      { module: "file:///reject.wasm", mode: "monitor" },
      0,
      "warning: Pod a: no [clusterwide-p, monitor mode]",
    ],
    [
      "--fail-on warning",
      "--fail-on warning",
      { module: "file:///reject.wasm", mode: "monitor" },
      1,
      "0 violations, 1 warning",
    ],
    ["--fail-on never", "--fail-on never", { module: "file:///reject.wasm" }, 0, "1 violation, 0 warnings"],
    [
      "a mutation that is allowed",
      "",
      { module: "file:///mutate.wasm", mutating: true },
      0,
      "note: Pod a: would be changed: replace /metadata/name, remove /spec [clusterwide-p]",
    ],
    ["a mutation that is not", "", { module: "file:///mutate.wasm" }, 1, "The policy attempted to mutate"],
    [
      "a message of its own",
      "",
      { module: "file:///reject.wasm", message: "mine" },
      1,
      "Pod a: mine [clusterwide-p]\n    no",
    ],
    ["no verdict", "", { module: "file:///fails.wasm" }, 2, "error: Pod a: "],
    ["no verdict in monitor mode", "", { module: "file:///fails.wasm", mode: "monitor" }, 2, "1 error"],
    ["a host call that is served", "", { module: "file:///lookup.wasm" }, 0, "0 violations"],
    [
      "a host call that was not granted, of which there is no verdict",
      "--allowed-host-capabilities",
      { module: "file:///lookup.wasm" },
      2,
      "has not been granted access",
    ],
    [
      "a policy that concerns nothing",
      "",
      { module: "file:///reject.wasm", rules: [{ ...pods[0], operations: ["UPDATE"] }] },
      0,
      "note: ClusterAdmissionPolicy p concerns no object",
    ],
    [
      "conditions that nobody evaluates",
      "",
      { module: "file:///reject.wasm", matchConditions: [{ name: "a", expression: "false" }] },
      1,
      "match-conditions: not-evaluated",
    ],
  ])("%s", async (_row, flags, spec, exitCode, text) => {
    const files = { "/a.yaml": pod("a"), "/p.yaml": policyResource("p", spec) };
    const { code, stdout } = await scan(`/a.yaml -p /p.yaml ${flags}`.trim(), files);
    expect(stdout).toContain(text);
    expect(code).toBe(exitCode);
  });

  it("asks groups, with what their members said", async () => {
    const group = policyResource(
      "g",
      {
        expression: "yes() && no()",
        message: "group says no",
        policies: { yes: { module: "file:///accept.wasm" }, no: { module: "file:///reject.wasm" } },
      },
      { kind: "ClusterAdmissionPolicyGroup" },
    );
    const { code, stdout } = await scan("/a.yaml -p /p.yaml", { "/a.yaml": pod("a"), "/p.yaml": group });
    expect(stdout).toContain("/a.yaml:1:1: error: Pod a: group says no [clusterwide-group-g]\n    no: no\n");
    expect(code).toBe(1);
  });

  it.each<[string, string, string, string]>([
    ["YAML that is none", "a: [", "/p.yaml", "error: "],
    ["a document without a kind", "a: 1", "/p.yaml", "received a document without apiVersion and kind"],
    ["nothing at all", "# nothing", "/p.yaml", "no Kubernetes object to scan"],
    ["labels that are none", pod("a", false, "\n  labels: {a: 1}"), "/p.yaml", "metadata.labels of Pod a"],
    ["a list as metadata", "apiVersion: v1\nkind: Pod\nmetadata: []", "/p.yaml", "metadata of Pod"],
  ])("%s is an error, and never clean", async (_row, text, policy, message) => {
    const files = { "/a.yaml": text, "/p.yaml": policyResource("psp", privileged) };
    const { code, stdout } = await scan(`/a.yaml -p ${policy}`, files);
    expect(stdout).toContain(message);
    expect(code).toBe(2);
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "a policy without a module",
      { "/p.yaml": policyResource("p", {}) },
      "invalid spec of ClusterAdmissionPolicy 'p'",
    ],
    [
      "a module that is not there",
      { "/p.yaml": policyResource("p", { module: "file:///none.wasm" }) },
      "none.wasm",
    ],
    [
      "settings it refuses",
      { "/p.yaml": policyResource("p", { module: "file:///refuses.wasm" }) },
      "bad settings",
    ],
    [
      "a selector that is none",
      { "/p.yaml": policyResource("p", { ...privileged, objectSelector: { matchLabel: {} } }) },
      "spec.objectSelector: matchLabel: expected no such field",
    ],
    [
      "rules that are none",
      { "/p.yaml": policyResource("p", { ...privileged, rules: {} }) },
      "spec.rules: expected",
    ],
    [
      "the same policy twice",
      { "/p.yaml": `${policyResource("p", privileged)}\n---\n${policyResource("p", privileged)}` },
      "is defined twice",
    ],
    ["no policy", { "/p.yaml": pod("a") }, "no policy in /p.yaml"],
    ["no policy file", {}, "No such file or directory"],
  ])("%s: nothing is scanned, exit code 2", async (_row, files, message) => {
    const { code, stdout, stderr } = await scan("/a.yaml -p /p.yaml", { "/a.yaml": pod("a"), ...files });
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  it.each([
    ["a key that is not there", "-k /none.pub", {}, "No such file or directory (os error 2)"],
    [
      "the default file, and a policy that is no image",
      "",
      {
        "/home/test/.config/kubewarden/verification-config.yml":
          "apiVersion: v1\nallOf: [{kind: githubAction, owner: a}]",
      },
      "file:///accept.wasm",
    ],
  ])(
    "kwctl-and-oci 8, 9: scans nothing with unverified policies: %s",
    async (_row, flags, config, message) => {
      const files = {
        "/a.yaml": pod("a"),
        "/p.yaml": policyResource("p", { module: "file:///accept.wasm" }),
        ...config,
      };
      const { code, stdout, stderr } = await scan(`/a.yaml -p /p.yaml ${flags}`.trim(), files);
      expect(stderr).toContain(message);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    },
  );

  it("leaves documents that are no objects out when told to", async () => {
    const files = {
      "/m/values.yaml": "a: 1",
      "/m/pod.yaml": pod("a"),
      "/p.yaml": policyResource("psp", privileged),
    };
    const { code, stdout } = await scan("/m -p /p.yaml --skip-untyped", files);
    expect(stdout).toContain("1 object, 1 document skipped, 1 policy");
    expect(code).toBe(0);
  });

  it("reads policies of a folder, besides what else lies there, and sees all objects with rules for all", async () => {
    const files = {
      "/a.yaml": `${pod("a")}---\napiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\n`,
      "/p/policies.yaml": policyResource("all", { module: "file:///reject.wasm", rules: everything }),
      "/p/server.yaml":
        "apiVersion: policies.kubewarden.io/v1\nkind: PolicyServer\nmetadata: {name: default}",
      "/p/other.yaml": "apiVersion: v1\nkind: ConfigMap",
    };
    const { stdout } = await scan("/a.yaml -p /p", files);
    expect(stdout).toContain("/a.yaml:1:1: error: Pod a: no");
    expect(stdout).toContain(
      "/a.yaml:11:1: error: Thing t: no [clusterwide-all]\n    plural: guessed: things\n",
    );
  });

  it("shows what would move a terminal's cursor", async () => {
    const name = '"a\\u001b[2J"';
    const files = { "/a.yaml": pod(name), "/p.yaml": policyResource("p", { module: "file:///reject.wasm" }) };
    const { stdout } = await scan("/a.yaml -p /p.yaml", files);
    expect(stdout).toContain("Pod a\\u001b[2J: no");
    expect(stdout).not.toContain("\u001b");
  });
});
