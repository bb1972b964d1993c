import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textPolicy } from "../../apps/kwctl/src/testing/text-policy.ts";
import { buildPolicies } from "../../policies/build.ts";
import { hostCall, wapcGuest } from "../guests/text/wapc.ts";
import { regoPolicy } from "../support/rego-guest.ts";
import { guestModulePath, requires } from "../support/requirements.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { bundledProgram } from "./bundled-program.ts";
import { type KwctlFolder, kwctlFolder } from "./kwctl-in-folder.ts";

const namespaces = [{ apiVersion: "v1", kind: "Namespace" }];
const ingresses = [{ apiVersion: "networking.k8s.io/v1", kind: "Ingress" }];

/** Accepts where there is a namespace `front`; else the host's error is its own. */
function namespaceGuest(): Uint8Array {
  const payload = { api_version: "v1", kind: "Namespace", name: "front", disable_cache: false };
  const { data, result } = hostCall("kubewarden", "kubernetes", "get_resource", JSON.stringify(payload));
  const accepted = '{"accepted":true}';
  const guest = wapcGuest({
    data: [...data, [16, accepted]],
    body: `
      (if (i32.eqz ${result}) (then (return (i32.const 0))))
      (call $guest_response (i32.const 16) (i32.const ${accepted.length}))
      (i32.const 1)`,
  });
  return asPolicy(assemble(guest), { contextAwareResources: namespaces });
}

function requestOf(group: string, kind: string, resource: string, spec: object) {
  const object = { kind, metadata: { name: "web", namespace: "front" }, spec };
  const request = {
    ...{ uid: "u1", kind: { group, version: "v1", kind }, resource: { group, version: "v1", resource } },
    ...{ operation: "CREATE", namespace: "front", userInfo: { username: "alice" }, object },
  };
  return { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
}
const pod = (privileged: boolean) =>
  requestOf("", "Pod", "pods", {
    containers: [{ name: "web", image: "web", securityContext: { privileged } }],
  });
const ingress = requestOf("networking.k8s.io", "Ingress", "ingresses", { rules: [{ host: "a.test" }] });

function resource(kind: string, spec: object): string {
  return JSON.stringify({ apiVersion: "policies.kubewarden.io/v1", kind, metadata: { name: "p" }, spec });
}
const member = (name: string, more: object = {}) => ({
  module: `file://${folder.path}/${name}.wasm`,
  ...more,
});

/** One exchange of a recording, as written by hand. */
function recording(tag: string, fields: object, response: object): string {
  const request = [`!${tag}`, ...Object.entries(fields).map(([name, value]) => `${name}: ${value}`)];
  return JSON.stringify([{ type: "Exchange", request: `${request.join("\n")}\n`, response }]);
}
const namespaceRecording = (response: object) =>
  recording(
    "KubernetesGetResource",
    { api_version: "v1", kind: "Namespace", name: "front", namespace: null, disable_cache: false },
    response,
  );
const ingressRecording = (host: string) => {
  const items = [
    { kind: "Ingress", metadata: { name: "old", namespace: "back" }, spec: { rules: [{ host }] } },
  ];
  const payload = JSON.stringify({ kind: "IngressList", items });
  return recording(
    "KubernetesListResourceAll",
    { api_version: "networking.k8s.io/v1", kind: "Ingress" },
    { type: "Success", payload },
  );
};
const missing = "Cannot find v1/Namespace named 'front' inside of namespace 'None'";

const started = new AsyncDisposableStack();
let folder: KwctlFolder;

beforeAll(async () => {
  const program = started.use(await bundledProgram("kwctl"));
  folder = started.use(await kwctlFolder(program));
  for (const { name, path } of await buildPolicies({ only: ["pod-privileged", "unique-ingress-policy"] })) {
    await folder.write(`${name}.wasm`, await readFile(path));
  }
  const group = (policies: object, expression: string) => ({
    policies,
    expression,
    message: "not all agree",
  });
  const [privileged, unique] = [member("pod-privileged"), member("unique-ingress-policy")];
  const ofNamespaces = member("namespace", { contextAwareResources: namespaces });
  const ofIngresses = { ...unique, contextAwareResources: ingresses };
  const files: Record<string, string | Uint8Array> = {
    "namespace.wasm": namespaceGuest(),
    "pod.json": JSON.stringify(pod(false)),
    "privileged.json": JSON.stringify(pod(true)),
    "bare-pod.json": JSON.stringify(pod(false).request),
    "bare-privileged.json": JSON.stringify(pod(true).request),
    "ingress.json": JSON.stringify(ingress),
    "policy.yaml": resource("ClusterAdmissionPolicy", privileged),
    "group.yaml": resource(
      "AdmissionPolicyGroup",
      group({ pod_privileged: privileged }, "pod_privileged() && true"),
    ),
    "namespace.yaml": resource("ClusterAdmissionPolicy", ofNamespaces),
    "namespace-group.yaml": resource(
      "ClusterAdmissionPolicyGroup",
      group({ known: ofNamespaces }, "known() && true"),
    ),
    "ingress.yaml": resource("ClusterAdmissionPolicy", ofIngresses),
    "ingress-group.yaml": resource(
      "ClusterAdmissionPolicyGroup",
      group({ unique: ofIngresses }, "unique() && true"),
    ),
    "found.yml": namespaceRecording({ type: "Success", payload: '{"kind":"Namespace"}' }),
    "not-found.yml": namespaceRecording({ type: "Error", message: missing }),
    "duplicate.yml": ingressRecording("a.test"),
    "no-duplicate.yml": ingressRecording("b.test"),
  };
  for (const [name, content] of Object.entries(files)) await folder.write(name, content);
});
afterAll(() => started.disposeAsync());

/** Runs `kwctl run`, whose evaluation must succeed. @returns its one response, and its line */
async function run(line: string) {
  const { exitCode, stdout, stderr } = await folder.kwctl(["run", ...line.split(" ")]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringContaining("Error") });
  return { stdout, stderr, response: JSON.parse(stdout) };
}

describe("kwctl run with files of policies", () => {
  it.each<[string, string, boolean]>([
    ["policy.yaml", "bare-pod.json", true],
    ["policy.yaml", "bare-privileged.json", false],
    ["policy.yaml", "pod.json", true],
    ["policy.yaml", "privileged.json", false],
    ["group.yaml", "pod.json", true],
    ["group.yaml", "privileged.json", false],
  ])("kwctl-and-oci 17: %s on %s is allowed: %s", async (policy, request, allowed) => {
    expect((await run(`${policy} -r ${request}`)).stdout).toContain(`"allowed":${allowed}`);
  });

  it.skipIf(requires("opa").skip)(
    "kwctl-and-oci 17: a group mixes members of all kinds, each in the mode of its metadata",
    async () => {
      for (const name of ["opa-labels", "gatekeeper-labels"] as const) {
        await folder.write(`${name}.wasm`, regoPolicy(name));
      }
      const policies = {
        pod_privileged: member("pod-privileged"),
        opa: member("opa-labels"),
        gatekeeper: member("gatekeeper-labels"),
      };
      const spec = { policies, expression: "pod_privileged() && opa() && gatekeeper()", message: "no" };
      await folder.write("mixed.yaml", resource("AdmissionPolicyGroup", spec));
      const labelled = pod(false);
      Object.assign(labelled.request.object.metadata, { labels: { forbidden: "" } });
      await folder.write("labelled.json", JSON.stringify(labelled));
      expect((await run("mixed.yaml -r pod.json")).response).toMatchObject({ allowed: true });
      expect((await run("mixed.yaml -r privileged.json")).response).toMatchObject({ allowed: false });
      expect((await run("mixed.yaml -r labelled.json")).response).toMatchObject({ allowed: false });
    },
  );
});

describe("kwctl run that replays what a cluster said", () => {
  it.each<[string, string, boolean]>([
    ["namespace.wasm -r pod.json", "found.yml", true],
    ["namespace.wasm -r pod.json", "not-found.yml", false],
    ["namespace.yaml -r pod.json", "found.yml", true],
    ["namespace.yaml -r pod.json", "not-found.yml", false],
    ["namespace-group.yaml -r pod.json", "found.yml", true],
    ["namespace-group.yaml -r pod.json", "not-found.yml", false],
    ["unique-ingress-policy.wasm -r ingress.json", "no-duplicate.yml", true],
    ["unique-ingress-policy.wasm -r ingress.json", "duplicate.yml", false],
    ["ingress.yaml -r ingress.json", "no-duplicate.yml", true],
    ["ingress.yaml -r ingress.json", "duplicate.yml", false],
    ["ingress-group.yaml -r ingress.json", "no-duplicate.yml", true],
    ["ingress-group.yaml -r ingress.json", "duplicate.yml", false],
  ])("kwctl-and-oci 17, 34: %s with %s is allowed: %s", async (policy, session, allowed) => {
    const flags = `--allow-context-aware --replay-host-capabilities-interactions ${session}`;
    const { stdout, stderr } = await run(`${policy} ${flags}`);
    expect(stdout).toContain(`"allowed":${allowed}`);
    expect(stderr).not.toContain("not been replayed");
    if (allowed) return;
    expect(stdout).toContain(session === "duplicate.yml" ? "<a.test>" : missing);
  });
});

describe.skipIf(requires("opa").skip)("kwctl run that replays to a Gatekeeper policy", () => {
  it("kwctl-and-oci 17, 34: fills its inventory", async () => {
    const module = regoPolicy("gatekeeper-inventory", { contextAwareResources: ingresses });
    await folder.write("inventory.wasm", module);
    const flags = "--allow-context-aware --replay-host-capabilities-interactions duplicate.yml";
    const { response } = await run(`inventory.wasm -r ingress.json ${flags}`);
    expect(response).toMatchObject({
      allowed: false,
      status: { message: "namespace back networking.k8s.io/v1 Ingress old" },
    });
  });
});

describe.skipIf(requires("opa").skip)("kwctl run that replays to a Gatekeeper policy of unique hosts", () => {
  beforeAll(async () => {
    await folder.write("gatekeeper.wasm", regoPolicy("gatekeeper-unique-ingress"));
    const ofIngresses = member("gatekeeper", { contextAwareResources: ingresses });
    const group = { policies: { unique: ofIngresses }, expression: "unique() && true", message: "no" };
    await folder.write("gatekeeper.yaml", resource("ClusterAdmissionPolicy", ofIngresses));
    await folder.write("gatekeeper-group.yaml", resource("ClusterAdmissionPolicyGroup", group));
  });

  it.each<[string, string, boolean]>([
    ["gatekeeper.wasm", "no-duplicate.yml", true],
    ["gatekeeper.wasm", "duplicate.yml", false],
    ["gatekeeper.yaml", "no-duplicate.yml", true],
    ["gatekeeper.yaml", "duplicate.yml", false],
    ["gatekeeper-group.yaml", "no-duplicate.yml", true],
    ["gatekeeper-group.yaml", "duplicate.yml", false],
  ])("kwctl-and-oci 17, 34: %s with %s is allowed: %s", async (policy, session, allowed) => {
    const flags = `-r ingress.json --allow-context-aware --replay-host-capabilities-interactions ${session}`;
    const { stdout, stderr } = await run(`${policy} ${flags}`);
    expect(stdout).toContain(`"allowed":${allowed}`);
    expect(stderr).not.toContain("not been replayed");
    if (!allowed) expect(stdout).toContain("host a.test belongs to the Ingress old of namespace back");
  });
});

describe("kwctl run --allowed-host-capabilities", () => {
  const flag = "--allowed-host-capabilities";
  const replay = "-r pod.json --allow-context-aware --replay-host-capabilities-interactions found.yml";

  it.each([
    ["by the command line", `namespace.wasm ${replay} ${flag} oci/*`],
    ["in a file", `namespace.yaml ${replay} ${flag} oci/*`],
    ["in a group, after --", `${replay} ${flag} oci/* -- namespace-group.yaml`],
    ["given twice", `namespace.wasm ${replay} ${flag} oci/* ${flag} net/*`],
  ])("kwctl-and-oci 17, 36: refuses what is not listed: %s", async (_row, line) => {
    const { stdout } = await run(line);
    expect(stdout).toContain('"allowed":false');
    expect(stdout).toContain("has not been granted access");
  });

  it.each([
    ["first", `${flag} kubernetes/* ${flag} oci/*`],
    ["last", `${flag} oci/* ${flag} kubernetes/*`],
    ["greedily", `${flag} oci/* kubernetes/*`],
  ])("kwctl-and-oci 36: grants what is listed %s", async (_row, flags) => {
    expect((await run(`${replay} ${flags} -- namespace.wasm`)).response).toMatchObject({ allowed: true });
  });
});

describe("kwctl run with wrong settings", () => {
  it("kwctl-and-oci 17: says what is wrong as the policy does, with its tabs and newlines", async () => {
    const message = "wrong:\n\tvariables[0]: no such type\n\t | a +\n\t | ..^\n";
    await folder.write("settings.wasm", textPolicy({ settings: JSON.stringify({ valid: false, message }) }));
    expect(await folder.kwctl(["run", "settings.wasm", "-r", "pod.json"])).toEqual({
      ...{ exitCode: 1, stdout: "", stderr: `Error: Provided settings are not valid: ${message}\n` },
    });
  });

  it.skipIf(requires("go").skip)(
    "kwctl-and-oci 17: shows where a CEL policy in Go stops reading its expression",
    async () => {
      const module = asPolicy(await readFile(guestModulePath("go-cel")), { executionMode: "wasi" });
      await folder.write("cel.wasm", module);
      const settings = JSON.stringify({ expression: "object.spec.replicas\n\t<= 'three' + 1" });
      await folder.write("cel.json", settings);
      const args = ["run", "cel.wasm", "-r", "pod.json", "--settings-path", "cel.json"];
      const { exitCode, stdout, stderr } = await folder.kwctl(args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      const reason = "<input>:2:13: found no matching overload for '_+_' applied to '(string, int)'";
      expect(stderr).toBe(
        `Error: Provided settings are not valid: ERROR: ${reason}\n |  <= 'three' + 1\n | ............^\n`,
      );
    },
  );
});
