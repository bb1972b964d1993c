import { describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { memoryFiles } from "../testing/memory-files.ts";
import { runKwctl } from "../testing/run-kwctl.ts";

const anyone = { rule: "RunAsAny" };
/** Allows everything, so that what a case adds is all there is. */
const everything = {
  privileged: true,
  allowPrivilegeEscalation: true,
  allowedCapabilities: ["*"],
  volumes: ["*"],
  hostNetwork: true,
  hostPorts: [{ min: 0, max: 65535 }],
  hostIPC: true,
  hostPID: true,
  runAsUser: anyone,
  seLinux: anyone,
  supplementalGroups: anyone,
  fsGroup: anyone,
};
const range = { min: 1, max: 65535 };

function psp(spec: object, annotations: object = {}, name = "strict"): string {
  const metadata = { name, annotations };
  return stringify({ apiVersion: "policy/v1beta1", kind: "PodSecurityPolicy", metadata, spec });
}

async function convert(stdin: string) {
  const { code, stdout, stderr } = await runKwctl(["scaffold", "psp"], { stdin });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const comments = stdout.split("\n").filter((line) => line.startsWith("#"));
  const resources: unknown[] = parseAllDocuments(stdout).map((document) => document.toJS());
  return { comments, resources: resources.filter((resource) => resource !== null), stdout };
}

const rule = (resource: string, ...operations: string[]) => ({
  ...{ apiGroups: [""], apiVersions: ["v1"], resources: [resource], operations },
});
const checking = [rule("pods", "CREATE", "UPDATE")];
const ephemeral = [...checking, rule("pods/ephemeralcontainers", "UPDATE")];
const filling = [rule("pods", "CREATE")];

describe("kwctl scaffold psp", () => {
  it.each<[string, object, string, object, object[]]>([
    ["privileged", { privileged: false }, "pod-privileged:v1.0.13", {}, ephemeral],
    [
      "host namespaces and ports",
      { hostPID: false, hostIPC: null, hostPorts: [{ min: 80, max: 90 }] },
      "host-namespaces-psp:v1.1.11",
      {
        allow_host_ipc: false,
        allow_host_network: true,
        allow_host_pid: false,
        allow_host_ports: [{ min: 80, max: 90 }],
      },
      checking,
    ],
    [
      "volumes",
      { volumes: ["secret", "cephFS", "none"] },
      "volumes-psp:v1.1.10",
      { allowedTypes: ["secret", "cephfs"] },
      checking,
    ],
    [
      "host paths",
      { allowedHostPaths: [{ pathPrefix: "/a" }, { pathPrefix: "/b", readOnly: true }] },
      "hostpaths-psp:v1.1.10",
      {
        allowedHostPaths: [
          { pathPrefix: "/a", readOnly: false },
          { pathPrefix: "/b", readOnly: true },
        ],
      },
      checking,
    ],
    [
      "flex volumes",
      { allowedFlexVolumes: [{ driver: "a/b" }] },
      "flexvolume-drivers-psp:v1.0.17",
      { allowedFlexVolumes: [{ driver: "a/b" }] },
      checking,
    ],
    [
      "a read-only root",
      { readOnlyRootFilesystem: true },
      "readonly-root-filesystem-psp:v1.0.13",
      {},
      checking,
    ],
    [
      "fsGroup that is filled in",
      { fsGroup: { rule: "MustRunAs", ranges: [range] } },
      "allowed-fsgroups-psp:v1.0.12",
      { rule: "MustRunAs", ranges: [range] },
      filling,
    ],
    [
      "fsGroup that may be left out",
      { fsGroup: { rule: "MayRunAs", ranges: [range] } },
      "allowed-fsgroups-psp:v1.0.12",
      { rule: "MayRunAs", ranges: [range] },
      checking,
    ],
    [
      "a user that is filled in",
      { runAsUser: { rule: "MustRunAsNonRoot" }, supplementalGroups: { rule: "MayRunAs", ranges: [range] } },
      "user-group-psp:v1.1.6",
      {
        run_as_user: { rule: "MustRunAsNonRoot" },
        run_as_group: anyone,
        supplemental_groups: { rule: "MayRunAs", ranges: [range] },
      },
      filling,
    ],
    [
      "a group that may be left out",
      { runAsGroup: { rule: "MayRunAs", ranges: [range] } },
      "user-group-psp:v1.1.6",
      {
        run_as_user: anyone,
        run_as_group: { rule: "MayRunAs", ranges: [range] },
        supplemental_groups: anyone,
      },
      checking,
    ],
    [
      "privilege escalation",
      { allowPrivilegeEscalation: false },
      "allow-privilege-escalation-psp:v1.0.13",
      { default_allow_privilege_escalation: false },
      filling,
    ],
    [
      "capabilities that are filled in",
      { allowedCapabilities: ["A"], requiredDropCapabilities: ["ALL"], defaultAddCapabilities: ["A", "B"] },
      "capabilities-psp:v1.0.13",
      {
        allowed_capabilities: ["A", "B"],
        required_drop_capabilities: ["ALL"],
        default_add_capabilities: ["A", "B"],
      },
      filling,
    ],
    [
      "capabilities that are only checked",
      { allowedCapabilities: null },
      "capabilities-psp:v1.0.13",
      { allowed_capabilities: [], required_drop_capabilities: [], default_add_capabilities: [] },
      checking,
    ],
    [
      "SELinux",
      { seLinux: { rule: "MustRunAs", seLinuxOptions: { level: "s0:c1,c2", user: null } } },
      "selinux-psp:v1.1.2",
      { rule: "MustRunAs", level: "s0:c1,c2" },
      filling,
    ],
    [
      "proc mounts",
      { allowedProcMountTypes: ["Default"] },
      "allowed-proc-mount-types-psp:v1.0.15",
      { allow_unmasked_proc_mount_type: false },
      ephemeral,
    ],
    [
      "sysctls",
      { forbiddenSysctls: ["kernel.*"], allowedUnsafeSysctls: ["net.core.somaxconn"] },
      "sysctl-psp:v1.0.14",
      { allowedUnsafeSysctls: ["net.core.somaxconn"], forbiddenSysctls: ["kernel.*"] },
      checking,
    ],
  ])("policies-and-sdk 47: %s", async (_row, spec, module, settings, rules) => {
    const { resources, comments } = await convert(psp({ ...everything, ...spec }));
    const mutating = rules === filling;
    const name = `strict-${module.split(":")[0]}`;
    expect(comments).toEqual([]);
    expect(resources).toEqual([
      {
        apiVersion: "policies.kubewarden.io/v1",
        kind: "ClusterAdmissionPolicy",
        metadata: { name },
        spec: { module: `registry://ghcr.io/kubewarden/policies/${module}`, settings, rules, mutating },
      },
    ]);
  });

  it.each([
    [
      "apparmor.security.beta.kubernetes.io",
      "apparmor-psp",
      "runtime/default,localhost/a",
      ["runtime/default", "localhost/a"],
    ],
    ["seccomp.security.alpha.kubernetes.io", "seccomp-psp", "runtime/default", ["runtime/default"]],
  ])("policies-and-sdk 47: annotations of %s", async (prefix, name, value, allowed_profiles) => {
    const annotations = { [`${prefix}/allowedProfileNames`]: value, [`${prefix}/defaultProfileName`]: "x" };
    const { resources, comments } = await convert(psp(everything, annotations));
    expect(resources).toMatchObject([
      { metadata: { name: `strict-${name}` }, spec: { settings: { allowed_profiles } } },
    ]);
    expect(comments).toEqual([
      `# strict: ${prefix}/defaultProfileName: has no counterpart, as no policy fills in a profile`,
    ]);
    const all = await convert(psp(everything, { [`${prefix}/allowedProfileNames`]: "*" }));
    expect(all.resources).toEqual([]);
  });

  it("policies-and-sdk 47: one that allows everything gives no policy", async () => {
    const { stdout } = await convert(psp(everything));
    expect(stdout).toBe("# strict: allows everything that a policy could refuse\n");
  });

  it("policies-and-sdk 47: two documents in one file, and one that says nothing", async () => {
    const first = psp({ ...everything, privileged: false }, {}, "first");
    const { resources, comments } = await convert(
      `${first}---\n${psp({ volumes: ["secret"] }, {}, "second")}---\n`,
    );
    expect(resources.map((resource) => Reflect.get(Object(resource), "metadata"))).toEqual([
      { name: "first-pod-privileged" },
      { name: "second-pod-privileged" },
      { name: "second-host-namespaces-psp" },
      { name: "second-volumes-psp" },
      { name: "second-capabilities-psp" },
    ]);
    expect(comments).toHaveLength(2);
    expect(comments[0]).toMatch(/Of several PodSecurityPolicies a pod had to satisfy one/);
  });

  it("reads lists, and files", async () => {
    const item = { metadata: { name: "a" }, spec: { ...everything, privileged: false } };
    const files = memoryFiles({ "psp.yaml": stringify({ apiVersion: "v1", kind: "List", items: [item] }) });
    const { code, stdout } = await runKwctl(["scaffold", "psp", "psp.yaml"], { files });
    expect([code, stdout]).toEqual([0, expect.stringContaining("name: a-pod-privileged\n")]);
  });

  it.each([
    [
      { allowedHostPaths: [{ pathPrefix: "/a" }], volumes: ["secret"] },
      "allowedHostPaths: has no effect, as volumes does not list hostPath",
    ],
    [
      { allowedFlexVolumes: [{ driver: "a" }], volumes: ["secret"] },
      "allowedFlexVolumes: has no effect, as volumes does not list flexVolume",
    ],
    [
      { fsGroup: { rule: "RunAsAny", ranges: [range] } },
      "fsGroup: its ranges have no effect, as the rule is RunAsAny",
    ],
    [
      { runAsUser: { rule: "MustRunAsNonRoot", ranges: [range] } },
      "runAsUser: its ranges have no effect, as the rule is MustRunAsNonRoot",
    ],
    [
      { seLinux: { rule: "RunAsAny", seLinuxOptions: { role: "r" } } },
      "seLinux: its options have no effect, as the rule is RunAsAny",
    ],
    [{ allowedCSIDrivers: [{ name: "a" }] }, "allowedCSIDrivers: has no counterpart, as no policy checks it"],
    [
      { runtimeClass: { allowedRuntimeClassNames: ["a"] } },
      "runtimeClass: has no counterpart, as no policy checks it",
    ],
    [
      { allowedUnsafeSysctls: ["net.*"] },
      "allowedUnsafeSysctls: net.* has no counterpart, as sysctl-psp takes no patterns there: list names",
    ],
    [{ volumes: ["none"] }, "volumes: no type is allowed, which volumes-psp answers by rejecting every pod"],
    [
      { defaultAllowPrivilegeEscalation: false },
      "defaultAllowPrivilegeEscalation: has no counterpart, as no policy fills in false and lets true pass; with allowPrivilegeEscalation: false there is one",
    ],
  ])("policies-and-sdk 47: comments on what is lost of %j", async (spec, comment) => {
    const { comments } = await convert(psp({ ...everything, ...spec }));
    expect(comments).toContain(`# strict: ${comment}`);
  });

  it.each([
    ["", "there is no PodSecurityPolicy in the input"],
    ["kind: Pod", "document 1: expected a PodSecurityPolicy, received Pod"],
    ["kind: [", "cannot read the PodSecurityPolicies: "],
    [psp({ privileged: "no" }), 'document 1: spec.privileged: expected boolean, received "no"'],
    [psp({ priviledged: true }), "document 1: spec.priviledged: expected no such field"],
    [psp({ runAsUser: { rule: "Any" } }), "document 1: spec.runAsUser.rule: expected "],
    [
      psp({ hostPorts: [{ min: 1.5, max: 2 }] }),
      "document 1: spec.hostPorts[0].min: expected a whole number",
    ],
  ])("refuses %j", async (stdin, message) => {
    const { code, stdout, stderr } = await runKwctl(["scaffold", "psp"], { stdin });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Error: ${message}`);
  });

  it("names the file it cannot read", async () => {
    const files = memoryFiles({ "psp.yaml": "kind: Pod" });
    const { stderr } = await runKwctl(["scaffold", "psp", "psp.yaml"], { files });
    expect(stderr).toContain("Error: psp.yaml: document 1: expected a PodSecurityPolicy, received Pod");
  });
});
