import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { heardOf } from "../guests/heard.ts";
import { type ControlPlane, controlPlane } from "../kubernetes/control-plane.ts";
import { type RelayedPlane, relayPlane } from "../kubernetes/relayed-plane.ts";
import { openShop, type Shop } from "../kubernetes/shop.ts";
import { pushImage } from "../registry/push.ts";
import { type Registry, startRegistry } from "../registry/start-registry.ts";
import { regoPolicy } from "../support/rego-guest.ts";
import { guestModulePath, requires } from "../support/requirements.ts";
import { asPolicy } from "../support/text-guest.ts";
import { bundledProgram } from "./bundled-program.ts";
import { requests } from "./guest-row.ts";
import { bareEnvironment, type EndedProgram, runToEnd } from "./run-to-end.ts";

const resources = [
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "apps/v1", kind: "Deployment" },
];
const service = { api_version: "v1", kind: "Service" };
const namespace = { api_version: "v1", kind: "Namespace" };
const configMap = { api_version: "v1", kind: "ConfigMap" };
const image = "registry.test/app:1";
const failure = (text: string) => ({ error: `Callback evaluation failure: ${text}` });
const review = (user: string, namespace: string) => ({
  subject_access_review: {
    user,
    resourceAttributes: { namespace, verb: "get", group: "", resource: "pods" },
  },
  disable_cache: false,
});

/** A call of `go-host-calls`, and what it hears. */
type Call = [call: string, input: unknown, heard: unknown];

const key = "-----BEGIN PUBLIC KEY-----\nfirst\n-----END PUBLIC KEY-----\n";
const everyCapability: Call[] = [
  ["lookup-host", "registry.test", { answer: { ips: ["192.0.2.7", "2001:db8::7"] } }],
  ["manifest-digest", image, { answer: { digest: "sha256:0101" } }],
  ["manifest", image, { answer: expect.objectContaining({ schemaVersion: 2, manifests: [] }) }],
  ["manifest-config", image, { answer: expect.objectContaining({ digest: "sha256:0202" }) }],
  [
    "verify-pub-keys-v1",
    { image, pub_keys: [key], annotations: { env: "prod" } },
    { answer: { is_trusted: true, digest: "sha256:0303" } },
  ],
  [
    "verify-keyless",
    { image, keyless: [{ issuer: "https://issuer.test", subject: "alice@example.test" }] },
    { answer: { is_trusted: false, digest: "" } },
  ],
  [
    "verify-keyless-prefix",
    {
      image,
      keyless_prefix: [{ issuer: "https://issuer.test", url_prefix: "https://git.example.test/acme/" }],
    },
    failure(
      "Image verification failed: missing signatures\nThe following constraints were not satisfied:\nkind: genericIssuer",
    ),
  ],
  [
    "verify-github-actions",
    { image, owner: "acme" },
    { answer: { is_trusted: true, digest: "sha256:0404" } },
  ],
  [
    "verify-certificate",
    { image, certificate: "AB", certificate_chain: ["C"], require_rekor_bundle: true },
    { answer: { is_trusted: true, digest: "sha256:0505" } },
  ],
  [
    "is-certificate-trusted",
    { certificate: "A", chain: ["B"], not_after: "2030-01-01T00:00:00Z" },
    { answer: { trusted: true, reason: "for no reason" } },
  ],
  [
    "list-resources",
    { ...service, label_selector: "app=web", field_masks: ["spec.a", "spec.b"] },
    { answer: expect.objectContaining({ kind: "ServiceList" }) },
  ],
  [
    "list-resources-by-namespace",
    { ...service, namespace: "front", field_selector: "metadata.name=web" },
    { answer: { items: [{ metadata: { name: "web" } }] } },
  ],
  [
    "get-resource",
    { ...namespace, name: "front", disable_cache: true },
    { answer: expect.objectContaining({ kind: "Namespace" }) },
  ],
  ["can-i", review("alice", "front"), { answer: { allowed: true, reason: "RBAC: allowed" } }],
];
const oldRelease: Call[] = [
  [
    "list-resources",
    { ...service, label_selector: "app=web" },
    { answer: expect.objectContaining({ items: [] }) },
  ],
  ["list-resources-by-namespace", { ...service, namespace: "front" }, { answer: { items: [] } }],
  [
    "get-resource",
    { ...namespace, name: "front", disable_cache: true },
    failure("Cannot find v1/Namespace named 'front' inside of namespace 'None'"),
  ],
  ["can-i", review("alice", "front"), { answer: { allowed: false } }],
  ["manifest-digest", image, { answer: { digest: "sha256:0606" } }],
];

const started = new AsyncDisposableStack();
let kwctl: (args: readonly string[], env?: typeof bareEnvironment) => Promise<EndedProgram>;
let folder: string;
/** Nothing to find programs, clusters or credentials with. */
let nothing: typeof bareEnvironment;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kwctl-host-calls-"));
  started.defer(() => rm(folder, { recursive: true }));
  const program = started.use(await bundledProgram("kwctl"));
  kwctl = (args, env = bareEnvironment) => runToEnd(program.path, ["run", ...args], { env });
  nothing = { PATH: folder, HOME: folder };
  await writeFile(join(folder, "plain.json"), requests.plain);
  if (requires("go").skip) return;
  for (const [name, executionMode] of [
    ["go-host-calls", "wasi"],
    ["go-host-calls-wapc", "kubewarden-wapc"],
  ] as const) {
    const bare = readFileSync(guestModulePath(name));
    await writeFile(join(folder, `${name}.wasm`), asPolicy(bare, { executionMode }));
  }
});
afterAll(() => started.disposeAsync());

const pathOf = (name: string): string => join(folder, name);
const request = (): string[] => ["--request-path", pathOf("plain.json")];
const record = (path: string): string[] => ["--record-host-capabilities-interactions", path];
const replay = (path: string): string[] => ["--replay-host-capabilities-interactions", path];
const session = (name: string): string => join(import.meta.dirname, "../guests/sessions", name);
const sayingAll = ["--allow-context-aware"];

const apiVersion = "policies.kubewarden.io/v1";
const memberOf = (module: string, settings: object): object => ({
  ...{ module: `file://${pathOf(module)}`, settings, contextAwareResources: resources },
});

/** A group that makes all calls in their order, of these modules in turn: they are loaded once. */
function groupOf(calls: readonly Call[], modules: readonly string[]): object {
  const members = calls.map(([call, input], index): [string, object] => [
    `call_${index}`,
    memberOf(modules[index % modules.length] ?? "", { call, input }),
  ]);
  const expression = members.map(([name]) => `${name}()`).join(" || ");
  const spec = { policies: Object.fromEntries(members), expression, message: "all reject" };
  return { apiVersion, kind: "ClusterAdmissionPolicyGroup", metadata: { name: "calls" }, spec };
}

function policyOf(module: string): object {
  const kind = "ClusterAdmissionPolicy";
  return { apiVersion, kind, metadata: { name: module }, spec: memberOf(module, {}) };
}

async function writeDocuments(name: string, documents: readonly object[]): Promise<string> {
  const path = pathOf(name);
  await writeFile(path, documents.map((document) => JSON.stringify(document)).join("\n---\n"));
  return path;
}

const Causes = v.object({
  status: v.object({ details: v.object({ causes: v.array(v.object({ message: v.string() })) }) }),
});

/** What the members of a group heard, by the response of the group. */
function heardByMembers(line: string): unknown[] {
  const { causes } = v.parse(Causes, JSON.parse(line)).status.details;
  return causes.map(({ message }) => heardOf({ allowed: false, status: { message } }));
}

const heardBy = ({ stdout }: EndedProgram): unknown => heardOf(JSON.parse(stdout));

describe.skipIf(requires("go").skip)("sessions written by hand", () => {
  it.each([
    ["every-capability.yml", "go-host-calls.wasm", everyCapability],
    ["old-release.yml", "go-host-calls.wasm", oldRelease],
    ["old-release.yml", "go-host-calls-wapc.wasm", oldRelease],
  ])("policy-runtime 54: %s is replayed to %s", async (file, module, calls) => {
    const path = await writeDocuments(`${file}.yaml`, [groupOf(calls, [module])]);
    const run = await kwctl([path, ...request(), ...sayingAll, ...replay(session(file))], nothing);
    expect(run).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("not been replayed") });
    expect(heardByMembers(run.stdout)).toEqual(calls.map(([, , heard]) => heard));
  });
});

describe.skipIf(requires("opa").skip)("a session written by hand for a Rego policy", () => {
  it("policy-runtime 54: is replayed, and runs out", async () => {
    await writeFile(pathOf("opa-inventory.wasm"), regoPolicy("opa-inventory"));
    const args = [pathOf("opa-inventory.wasm"), ...request(), ...sayingAll];
    const { exitCode, stdout } = await kwctl([...args, ...replay(session("rego-inventory.yml"))], nothing);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      allowed: false,
      status: {
        code: 500,
        message:
          "cannot perform a request via callback channel: Callback evaluation failure: the list of recorded responses is empty",
      },
    });
  });
});

const skip = requires("kubernetes").skip || requires("registry").skip || requires("go").skip;
describe.skipIf(skip)("kwctl with a real cluster, a real registry and the resolver of this machine", () => {
  let plane: ControlPlane;
  let relayed: RelayedPlane;
  let shop: Shop;
  let registry: Registry;
  let connected: typeof bareEnvironment;
  beforeAll(async () => {
    plane = await controlPlane();
    relayed = started.use(await relayPlane(plane));
    shop = await openShop(plane);
    registry = started.use(await startRegistry());
    await pushImage(registry, { repository: "app", tag: "1" });
    const kubeconfig = pathOf("kubeconfig");
    await writeFile(kubeconfig, JSON.stringify(relayed.kubeconfig()));
    await writeFile(pathOf("sources.yml"), JSON.stringify({ insecure_sources: [registry.host] }));
    connected = { ...bareEnvironment, HOME: folder, KUBECONFIG: kubeconfig };
  });

  const asked = () => relayed.relay.requests.length;

  it("policy-runtime 55, kwctl-and-oci 35: records what policies of all modes ask, and replays it to the same bytes without network", async () => {
    const { front, suite } = shop;
    const calls: Call[] = [
      ["list-resources-by-namespace", { ...configMap, namespace: front }, { answer: expect.anything() }],
      [
        "list-resources",
        { ...configMap, label_selector: suite, field_masks: ["data.size"] },
        { answer: expect.anything() },
      ],
      [
        "get-resource",
        { ...configMap, namespace: front, name: "db", disable_cache: false },
        { answer: expect.objectContaining({ data: { color: "red" } }) },
      ],
      [
        "get-resource",
        { ...configMap, namespace: front, name: "none", disable_cache: false },
        failure(`Cannot find v1/ConfigMap named 'none' inside of namespace 'Some("${front}")'`),
      ],
      ["can-i", review("system:admin", front), { answer: { allowed: false } }],
      ["manifest-digest", `${registry.host}/app:1`, { answer: { digest: expect.any(String) } }],
      [
        "manifest-config",
        `${registry.host}/app:1`,
        { answer: expect.objectContaining({ config: expect.objectContaining({ os: "linux" }) }) },
      ],
      ["manifest", `${registry.host}/app:none`, { error: expect.stringContaining("manifest unknown") }],
      ["manifest-digest", "127.0.0.1:1/app:1", { error: expect.stringContaining("ECONNREFUSED") }],
      ["lookup-host", "localhost", { answer: { ips: expect.any(Array) } }],
      ["lookup-host", "nowhere.invalid", { error: expect.stringContaining("getaddrinfo ") }],
    ];
    const rego = requires("opa").skip ? [] : (["opa-inventory", "gatekeeper-inventory"] as const);
    for (const name of rego) await writeFile(pathOf(`${name}.wasm`), regoPolicy(name));
    const path = await writeDocuments("all.yaml", [
      groupOf(calls, ["go-host-calls.wasm", "go-host-calls-wapc.wasm"]),
      ...rego.map((name) => policyOf(`${name}.wasm`)),
    ]);
    const file = pathOf("session.yml");
    const args = [path, ...request(), ...sayingAll, "--sources-path", pathOf("sources.yml")];

    const recorded = await kwctl([...args, ...record(file)], connected);
    expect(recorded).toMatchObject({ exitCode: 0 });
    const [ofCalls = "", ...ofRego] = recorded.stdout.trimEnd().split("\n");
    expect(heardByMembers(ofCalls)).toEqual(calls.map(([, , heard]) => heard));
    expect(ofRego).toEqual(rego.map(() => expect.stringContaining(front)));
    const exchanges: unknown[] = parse(await readFile(file, "utf8"));
    // OPA's inventory asks for a list of each resource and its plural name, Gatekeeper's for the lists.
    expect(exchanges).toHaveLength(calls.length + (rego.length > 0 ? 3 * resources.length : 0));

    const [before, log] = [asked(), registry.log()];
    const replayed = await kwctl([...args, ...replay(file)], nothing);
    expect(replayed).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining("not been replayed") });
    expect(replayed.stdout).toBe(recorded.stdout);
    expect([asked(), registry.log()]).toEqual([before, log]);
  });

  const contextAware = (executionMode: string, module: string) =>
    asPolicy(readFileSync(pathOf(module)), { executionMode, contextAwareResources: resources });
  const single = (call: string, input: unknown) => ["--settings-json", JSON.stringify({ call, input })];

  it("policy-runtime 34: reads nothing of the cluster without --allow-context-aware, and says so twice", async () => {
    const policy = pathOf("context-aware.wasm");
    await writeFile(policy, contextAware("wasi", "go-host-calls.wasm"));
    const before = asked();
    const list = single("list-resources", namespace);
    const run = await kwctl([policy, ...request(), ...list], connected);
    expect(run.exitCode).toBe(0);
    expect(heardBy(run)).toEqual({
      error:
        "Policy has not been granted access to Kubernetes v1/Namespace resources. The violation has been reported.",
    });
    const warnings = run.stderr.split("\n").filter((line) => line.includes(" WARN "));
    expect(warnings).toEqual([
      expect.stringContaining("Policy requires access to Kubernetes resources at evaluation time. "),
      expect.stringContaining("then run the policy using the 'allow-context-aware' flag."),
    ]);
    expect(asked()).toBe(before);

    const allowed = await kwctl([policy, ...request(), ...list, ...sayingAll], connected);
    expect(heardBy(allowed)).toMatchObject({ answer: { kind: "NamespaceList" } });
    expect(allowed.stderr).not.toContain(" WARN ");
  });

  it("needs a cluster with --allow-context-aware, and names where it looked for one", async () => {
    const policy = pathOf("context-aware.wasm");
    await writeFile(policy, contextAware("wasi", "go-host-calls.wasm"));
    const args = [policy, ...request(), ...single("lookup-host", "localhost"), ...sayingAll];
    expect(await kwctl(args, { ...bareEnvironment, HOME: folder })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `Error: Cannot connect to Kubernetes cluster: no kubeconfig with a current context (looked at ${folder}/.kube/config), and not inside a pod (no KUBERNETES_SERVICE_HOST)\n`,
    });
  });

  it("policy-runtime 34: asks what somebody may do with the flag alone, and plainly fails without", async () => {
    const policy = pathOf("go-host-calls-wapc.wasm"); // its metadata asks for nothing
    const args = [policy, ...request(), ...single("can-i", review("system:admin", shop.front))];
    const before = asked();
    const refused = await kwctl(args, connected);
    expect(refused.exitCode).toBe(0);
    expect(heardBy(refused)).toEqual(failure("kube::Client was not initialized properly"));
    expect(asked()).toBe(before);

    expect(heardBy(await kwctl([...args, ...sayingAll], connected))).toEqual({ answer: { allowed: false } });
    expect(asked()).toBeGreaterThan(before);
  });
});
