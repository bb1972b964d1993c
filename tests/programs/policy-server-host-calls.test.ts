import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { heardOf } from "../guests/heard.ts";
import { wapcGuest } from "../guests/text/wapc.ts";
import { type ControlPlane, controlPlane } from "../kubernetes/control-plane.ts";
import { type RelayedPlane, relayPlane } from "../kubernetes/relayed-plane.ts";
import { folderOf, openShop, type Shop } from "../kubernetes/shop.ts";
import { pushImage } from "../registry/push.ts";
import { startRegistry } from "../registry/start-registry.ts";
import { regoPolicy } from "../support/rego-guest.ts";
import { guestModulePath, requires } from "../support/requirements.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type BundledProgram, bundledProgram } from "./bundled-program.ts";
import { requests } from "./guest-row.ts";
import { bareEnvironment, runToEnd } from "./run-to-end.ts";
import { type RunningServer, startServerProgram } from "./running-server.ts";

const started = new AsyncDisposableStack();
let program: BundledProgram;
let folder: string;
let bare: typeof bareEnvironment;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-host-calls-"));
  started.defer(() => rm(folder, { recursive: true }));
  program = started.use(await bundledProgram("policy-server"));
  bare = { ...bareEnvironment, HOME: folder };
});
afterAll(() => started.disposeAsync());

const withoutCluster = "--ignore-kubernetes-connection-failure";
const answer = v.object({ response: v.unknown() });

async function responseOf(server: RunningServer, id: string): Promise<unknown> {
  return v.parse(answer, JSON.parse(await server.post(`/validate/${id}`, requests.plain))).response;
}
const heard = async (server: RunningServer, id: string) => heardOf(await responseOf(server, id));

async function moduleFile(name: string, module: Uint8Array): Promise<string> {
  const path = join(folder, `${name}.wasm`);
  await writeFile(path, module);
  return `file://${path}`;
}

/** Calls its host and accepts; rejects with the host's error. */
function accepting(namespace: string, operation: string, payload: string): Uint8Array {
  const accepted = '{"accepted":true}';
  const texts = ["kubewarden", namespace, operation, payload, accepted];
  const at = texts.map((_text, index) => 64 + 512 * index);
  const [binding, ns, op, message, response] = texts.map(
    (text, index) => `(i32.const ${at[index]}) (i32.const ${Buffer.byteLength(text)})`,
  );
  const guest = wapcGuest({
    data: texts.map((text, index) => [at[index] ?? 0, text] as const),
    body: `
      (if (result i32) (call $host_call ${binding} ${ns} ${op} ${message})
        (then (call $guest_response ${response}) (i32.const 1))
        (else
          (call $host_error (i32.const 4096))
          (call $guest_error (i32.const 4096) (call $host_error_len)) (i32.const 0)))`,
  });
  return asPolicy(assemble(guest));
}
const accepted = { uid: "u1", allowed: true, auditAnnotations: null, warnings: null };

describe("a policy server without a cluster", () => {
  it("policy-server 31: does not start, and says why", async () => {
    const policies = join(folder, "none.yml");
    await writeFile(policies, "{}");
    const looked = `Cannot connect to Kubernetes cluster: no kubeconfig with a current context (looked at ${folder}/.kube/config), and not inside a pod (no KUBERNETES_SERVICE_HOST); --ignore-kubernetes-connection-failure starts without one\n`;
    expect(await runToEnd(program.path, ["--policies", policies], { env: bare })).toMatchObject({
      exitCode: 1,
      stderr: `${looked}Error: Cannot connect to Kubernetes, context aware policies would not work properly\n`,
    });
  });

  it("policy-server 31: starts when it is told to, and policies that need no cluster work", async () => {
    const namespace = '{"api_version":"v1","kind":"Namespace","name":"n","disable_cache":false}';
    const reads = await moduleFile("reads", accepting("kubernetes", "get_resource", namespace));
    const resolves = await moduleFile("resolves", accepting("net", "v1/dns_lookup_host", '"localhost"'));
    const all = {
      hostCapabilities: ["*"],
      contextAwareResources: [{ apiVersion: "v1", kind: "Namespace" }],
    };
    const policies = { reads: { module: reads, ...all }, resolves: { module: resolves, ...all } };
    await using server = await startServerProgram(program.path, {
      policies,
      args: [withoutCluster],
      env: bare,
    });
    expect(server.output).toContain(
      "Cannot connect to Kubernetes, context aware policies will not work properly",
    );
    expect(await responseOf(server, "resolves")).toEqual(accepted);
    expect(await responseOf(server, "reads")).toMatchObject({
      allowed: false,
      status: {
        message:
          "internal server error: Guest call failure: Callback evaluation failure: kube::Client was not initialized properly",
      },
    });
  });

  it("policy-runtime 44: answers 200 requests at once that each resolve a name", async () => {
    const module = await moduleFile("resolves-many", accepting("net", "v1/dns_lookup_host", '"localhost"'));
    const policies = { resolves: { module, hostCapabilities: ["net/*"], timeoutEvalSeconds: 15 } };
    await using server = await startServerProgram(program.path, {
      policies,
      args: [withoutCluster],
      env: bare,
    });
    const responses = await Promise.all(Array.from({ length: 200 }, () => responseOf(server, "resolves")));
    expect(responses).toEqual(responses.map(() => accepted));
  });
});

const skip = requires("kubernetes").skip || requires("go").skip || requires("registry").skip;
describe.skipIf(skip)("a policy server with a real cluster and a real registry", () => {
  let plane: ControlPlane;
  let relayed: RelayedPlane;
  let shop: Shop;
  let server: RunningServer;
  let digest: string;
  beforeAll(async () => {
    plane = await controlPlane();
    relayed = started.use(await relayPlane(plane));
    shop = await openShop(plane);
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, JSON.stringify(relayed.kubeconfig()));
    const registry = await startGuardedRegistry();
    const policies = { ...(await hostCallPolicies(registry)), ...(await otherPolicies()) };
    const registryFlags = [
      "--sources-path",
      join(folder, "sources.yml"),
      "--docker-config-json-path",
      folder,
    ];
    server = started.use(
      await startServerProgram(program.path, {
        policies,
        args: ["--policy-timeout=15", ...registryFlags],
        env: { ...bare, KUBECONFIG: kubeconfig },
      }),
    );
  });

  /** A registry with a password, under an authority of its own; the program is told of both. */
  async function startGuardedRegistry(): Promise<string> {
    const [user, password] = ["alice", "open: sesame"];
    const registry = started.use(await startRegistry({ tls: true, auth: { kind: "basic", user, password } }));
    const { host, ca } = registry;
    ({ digest } = await pushImage(registry, { repository: "app", tag: "1" }));
    const auth = Buffer.from(`${user}:${password}`).toString("base64");
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
    const authorities = { [host]: [{ type: "Data", data: ca }] };
    await writeFile(join(folder, "sources.yml"), JSON.stringify({ source_authorities: authorities }));
    return host;
  }

  async function hostCallPolicies(registry: string): Promise<Record<string, object>> {
    const configMaps = { api_version: "v1", kind: "ConfigMap" };
    const list = { call: "list-resources", input: { ...configMaps, label_selector: shop.suite } };
    const secrets = { call: "list-resources", input: { api_version: "v1", kind: "Secret" } };
    const image = `${registry}/app:1`;
    const log = { call: "log", input: { level: "warn", message: "a word of the policy" } };
    const resources = { contextAwareResources: [{ apiVersion: "v1", kind: "ConfigMap" }] };
    const module = await moduleFile(
      "go-host-calls",
      asPolicy(await readFile(guestModulePath("go-host-calls")), { executionMode: "wasi" }),
    );
    const granted = (settings: object, ...hostCapabilities: string[]) => ({
      ...{ module, settings, hostCapabilities, ...resources },
    });
    const withoutList = ({ hostCapabilities: _none, ...entry }: ReturnType<typeof granted>) => entry;
    return {
      list: granted(list, "*"),
      "list-by-prefix": granted(list, "net/*", "kubernetes/*"),
      "list-by-name": granted(list, "kubernetes/list_resources_all"),
      "list-denied": withoutList(granted(list)),
      "list-other": granted(list, "kubernetes/get_resource", "oci/*"),
      secrets: granted(secrets, "*"),
      "log-denied": withoutList(granted(log)),
      digest: granted({ call: "manifest-digest", input: image }, "oci/v1/manifest_digest"),
      localhost: granted({ call: "lookup-host", input: "localhost" }, "net/v1/dns_lookup_host"),
      nowhere: granted({ call: "lookup-host", input: "nowhere.invalid" }, "net/v1/dns_lookup_host"),
      group: {
        expression: "reads() || denied()",
        message: "group says no",
        policies: { reads: granted(list, "kubernetes/*"), denied: granted(list) },
      },
    };
  }

  async function otherPolicies(): Promise<Record<string, object>> {
    const wanted = { api_version: "v1", kind: "ConfigMap", name: "web", namespace: shop.front };
    const get = JSON.stringify({ ...wanted, disable_cache: true });
    const reads = await moduleFile("gets-many", accepting("kubernetes", "get_resource", get));
    const resources = [
      { apiVersion: "v1", kind: "ConfigMap" },
      { apiVersion: "v1", kind: "Service" },
    ];
    const access = { hostCapabilities: ["kubernetes/*"], contextAwareResources: resources };
    return {
      "gets-many": { module: reads, ...access },
      ...(!requires("opa").skip && {
        inventory: { module: await moduleFile("opa-inventory", regoPolicy("opa-inventory")), ...access },
      }),
    };
  }

  const denial = (what: string) => ({
    error: `Policy has not been granted access to ${what}. The violation has been reported.`,
  });
  const capability = denial("the 'kubernetes/list_resources_all' host capability");
  const listed = { answer: expect.objectContaining({ kind: "ConfigMapList", items: expect.any(Array) }) };
  it.each([
    ["everything", "list", listed],
    ["a prefix", "list-by-prefix", listed],
    ["the capability itself", "list-by-name", listed],
    ["nothing", "list-denied", capability],
    ["other capabilities", "list-other", capability],
    ["everything, for another resource", "secrets", denial("Kubernetes v1/Secret resources")],
    ["nothing, for the log", "log-denied", { answer: undefined }],
  ])("policy-server 26: a policy that was granted %s (%s)", async (_row, id, expected) => {
    expect(await heard(server, id)).toEqual(expected);
  });

  it("policy-server 26: reports the violations", async () => {
    for (const id of ["list-other", "list-denied", "secrets"]) await responseOf(server, id);
    const message = "Policy tried to use a host capability it doesn't have access to";
    const of = { message, capability: "kubernetes/list_resources_all" };
    const reports = [
      { ...of, policy: "list-other", allowed_capabilities: "[kubernetes/get_resource, oci/*]" },
      { ...of, policy: "list-denied", allowed_capabilities: "[]" },
      {
        message: "Policy tried to access a Kubernetes resource it doesn't have access to",
        policy: "secrets",
        resource_requested: "v1/Secret",
        resources_allowed: "[v1/ConfigMap]",
      },
    ];
    await vi.waitFor(() => {
      const lines = server.output.split("\n").filter((line) => /^\{.*\}$/.test(line));
      const fields = lines.map((line) => JSON.parse(line).fields);
      for (const report of reports) expect(fields).toContainEqual(expect.objectContaining(report));
    }, 10_000);
  });

  it("policy-server 26: members of a group have grants of their own", async () => {
    const { message } = v.parse(Rejected, await responseOf(server, "group")).status;
    expect(message).toBe("group says no");
    const response = JSON.stringify(await responseOf(server, "group"));
    expect(response).toContain("ConfigMapList");
    expect(response).toContain("Policy has not been granted access to the 'kubernetes/list_resources_all'");
  });

  it("policy-server 30: asks a registry with credentials, under its own authority", async () => {
    expect(await heard(server, "digest")).toEqual({ answer: { digest } });
  });

  it("policy-runtime 41: resolves names with the resolver of this machine", async () => {
    const ips: string[] = expect.arrayContaining([expect.stringMatching(/^(127\.0\.0\.1|::1)$/)]);
    expect(await heard(server, "localhost")).toEqual({ answer: { ips } });
    expect(await heard(server, "nowhere")).toEqual({
      error: expect.stringMatching(
        /^Callback evaluation failure: getaddrinfo (ENOTFOUND|EAI_AGAIN) nowhere\.invalid$/,
      ),
    });
  });

  it("policy-runtime 42: what changes in the cluster appears in the next answers", async () => {
    const folder = folderOf("ConfigMap", shop.back);
    const names = async (): Promise<string> => JSON.stringify(await heard(server, "list"));
    const labels = { suite: shop.front };
    expect(await names()).not.toContain("brand-new");
    await plane.admin.create(folder, { metadata: { name: "brand-new", labels } });
    await vi.waitFor(async () => expect(await names()).toContain("brand-new"), 10_000);
    await plane.admin.delete(`${folder}/brand-new`);
    await vi.waitFor(async () => expect(await names()).not.toContain("brand-new"), 10_000);
  });

  it.skipIf(requires("opa").skip)("policy-runtime 46: an inventory is that of the cluster", async () => {
    const { message } = v.parse(Rejected, await responseOf(server, "inventory")).status;
    const own = message.split(", ").filter((name) => name.includes(`/${shop.front}/`));
    expect(own).toEqual([
      ...["db", "web"].map((name) => `configmaps/${shop.front}/${name}/ConfigMap`),
      `services/${shop.front}/web/Service`,
    ]);
  });

  it("policy-runtime 44: answers 200 requests at once that each read an object", async () => {
    const path = new RegExp(`^${folderOf("ConfigMap", shop.front)}/web$`);
    const before = relayed.relay.count("GET", path);
    const responses = await Promise.all(Array.from({ length: 200 }, () => responseOf(server, "gets-many")));
    expect(responses).toEqual(responses.map(() => accepted));
    expect(relayed.relay.count("GET", path) - before).toBe(200);
  });
});

const Rejected = v.object({ allowed: v.literal(false), status: v.object({ message: v.string() }) });
