import { customResourceDefinitions } from "@kubewarden-ts/api/crds";
import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createAuthority } from "../../apps/controller/src/certificates/issue.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources, removeCustomResources } from "./install-custom-resources.ts";
import {
  type MadeUpReplica,
  type MadeUpServer,
  madeUpServer,
  startMadeUpReplica,
} from "./made-up-replicas.ts";
import { type PolicyController, policyControllerRights, startPolicyController } from "./policy-controller.ts";

// Nothing in the cluster is of this kind: whatever becomes of the webhooks, other tests are not asked for anything.
const rules = [
  { apiGroups: ["nothing.example"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nothings"] },
];
const spec = { module: "registry://example.com/m:v1", mutating: false, rules };
const group = {
  rules,
  expression: "a()",
  message: "no",
  policies: { a: { module: "registry://example.com/a:v1" } },
};
const webhooks = "/apis/admissionregistration.k8s.io/v1";
const ip = "127.0.0.9";

describe.skipIf(requires("kubernetes").skip)("webhooks of policies, at a real API server", () => {
  let plane: ControlPlane;
  let namespace: string;
  let api: string;
  let definitions: ReturnType<typeof customResourceDefinitions>;
  let controller: PolicyController;
  let server: MadeUpServer;
  let replica: MadeUpReplica;
  let bundle: string;
  const lines: LogLine[] = [];

  beforeAll(async () => {
    plane = await controlPlane();
    namespace = await plane.createNamespace();
    const apiGroup = `${namespace}.kubewarden.test`;
    api = `/apis/${apiGroup}/v1`;
    definitions = customResourceDefinitions({ group: apiGroup });
    await installCustomResources(plane.admin, definitions);
    bundle = await createAuthoritySecret();
    replica = await startMadeUpReplica(ip);
    const { url, ca } = plane;
    const { token } = await plane.createServiceAccount(namespace, policyControllerRights(apiGroup));
    const log = createLogger({ level: "warn", target: "test", write: (line) => lines.push(line) });
    controller = await startPolicyController({ url, ca, token, namespace, group: apiGroup, log });
    server = madeUpServer(plane.admin, { namespace, name: "default", podIP: ip });
    await createServer("default");
  }, 60_000);
  afterAll(async () => {
    await controller?.[Symbol.asyncDispose]();
    await replica?.[Symbol.asyncDispose]();
    if (plane !== undefined) await removeCustomResources(plane.admin, definitions);
  });

  async function createAuthoritySecret(): Promise<string> {
    const { certificate, key } = await createAuthority(new Date());
    const data = { "ca.crt": base64(certificate), "ca.key": base64(key) };
    await plane.admin.create(`/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: "kubewarden-ca" },
      data,
    });
    return data["ca.crt"];
  }

  function createServer(name: string) {
    const body = { image: "example.com/policy-server:v1", replicas: 1, readinessProbePort: replica.port };
    return create("policyservers", "PolicyServer", name, body);
  }

  function create(plural: string, kind: string, name: string, body: object) {
    const apiVersion = api.slice("/apis/".length);
    const metadata = { name, finalizers: ["kubewarden.io/finalizer"] };
    return plane.admin.create(`${api}/${plural}`, { apiVersion, kind, metadata, spec: body });
  }

  /** The status of a policy, and the `status: message` of each condition. */
  async function statusOf(path: string) {
    const { status = {} } = (await plane.admin.get(`${api}/${path}`)) as { status?: Status };
    const conditions = (status.conditions ?? []).map((each) => [
      each.type,
      `${each.status}: ${each.message}`,
    ]);
    return { ...status, conditions: Object.fromEntries(conditions) };
  }

  const becomes = (path: string, expected: object) =>
    vi.waitFor(async () => expect(await statusOf(path)).toMatchObject(expected), 10_000);

  const webhook = async (name: string, variant = "validating") => {
    const { status, body } = await plane.admin.request(`${webhooks}/${variant}webhookconfigurations/${name}`);
    return status === 404 ? undefined : body;
  };

  const active = (id: string) => ({ id, kind: "policy", mode: "protect", state: "active", revision: "1f" });

  /** A cluster-wide policy that is active. */
  async function activePolicy(name: string, more: object = {}): Promise<string> {
    const unique = `clusterwide-${name}`;
    replica.policies = [...replica.policies, active(unique)];
    await create("clusteradmissionpolicies", "ClusterAdmissionPolicy", name, { ...spec, ...more });
    await server.rollOut({ [unique]: { module: "m", policyMode: "protect" } });
    await becomes(`clusteradmissionpolicies/${name}`, { policyStatus: "active" });
    return unique;
  }

  const unique = (name: string) => `${namespace}-${name}`;

  it.each([
    ["clusteradmissionpolicies", "ClusterAdmissionPolicy", "", spec],
    ["admissionpolicies", "AdmissionPolicy", "namespaced", spec],
    ["clusteradmissionpolicygroups", "ClusterAdmissionPolicyGroup", "", group],
    ["admissionpolicygroups", "AdmissionPolicyGroup", "namespaced", group],
  ])(
    "controller 1, 2, 9, 10, 44: %s: scheduled, pending, active, and then nothing is written",
    async (plural, kind, scope, body) => {
      const name = unique("all");
      const other = madeUpServer(plane.admin, { namespace, name: `late-${plural.slice(0, 24)}`, podIP: ip });
      const folder = scope === "" ? plural : `namespaces/${namespace}/${plural}`;
      const isGroup = kind.endsWith("Group") ? "group-" : "";
      const id = scope === "" ? `clusterwide-${isGroup}${name}` : `namespaced-${isGroup}${namespace}-${name}`;
      replica.policies = [active(id)];
      await create(folder, kind, name, { ...body, policyServer: other.name });
      await becomes(`${folder}/${name}`, { policyStatus: "scheduled" });

      await createServer(other.name);
      await becomes(`${folder}/${name}`, { policyStatus: "pending" });
      expect(await webhook(id)).toBeUndefined();

      await other.rollOut({ [id]: { module: "m", policyMode: "protect" } });
      await becomes(`${folder}/${name}`, {
        policyStatus: "active",
        mode: "protect",
        replicas: [{ pod: expect.any(String), state: "active", revision: "1f" }],
        conditions: {
          PolicyActive: "True: The policy webhook has been created",
          PolicyUniquelyReachable: "True: The latest replica set is uniquely reachable",
          PolicyServerConfigurationUpToDate: "True: Configuration for this policy is up to date",
          PolicyLoaded: "True: All replicas have loaded the policy",
        },
      });
      expect(await webhook(id)).toMatchObject({
        webhooks: [
          {
            name: `${id}.kubewarden.admission`,
            clientConfig: {
              caBundle: bundle,
              service: { namespace, name: `policy-server-${other.name}`, path: `/validate/${id}`, port: 443 },
            },
            failurePolicy: "Fail",
            timeoutSeconds: 10,
          },
        ],
      });

      await controller.lookAgain();
      const before = controller.writes.length;
      await controller.lookAgain();
      expect(controller.writes.slice(before)).toEqual([]);
      await plane.admin.delete(`${api}/${folder}/${name}`);
      await vi.waitFor(
        async () => expect((await plane.admin.request(`${api}/${folder}/${name}`)).status).toBe(404),
        10_000,
      );
    },
    60_000,
  );

  it("controller 4, 15: follows the spec, and is put back after whatever somebody does to it", async () => {
    const name = unique("restored");
    const id = await activePolicy(name);
    await plane.admin.patch(`${api}/clusteradmissionpolicies/${name}`, { spec: { timeoutSeconds: 3 } });
    const following = { webhooks: [{ timeoutSeconds: 3 }] };
    await vi.waitFor(async () => expect(await webhook(id)).toMatchObject(following), 10_000);

    const path = `${webhooks}/validatingwebhookconfigurations/${id}`;
    const labels = { "app.kubernetes.io/part-of": "kubewarden" };
    const whole = { metadata: { labels, annotations: { kubewardenPolicyName: name } }, ...following };
    await plane.admin.patch(path, { metadata: { labels: null, annotations: null }, webhooks: [] });
    await vi.waitFor(async () => expect(await webhook(id)).toMatchObject(whole), 10_000);
    await plane.admin.delete(path);
    await vi.waitFor(async () => expect(await webhook(id)).toMatchObject(whole), 10_000);
  }, 60_000);

  it("controller 7: is deleted before the policy goes", async () => {
    const name = unique("deleted");
    const id = await activePolicy(name);
    await plane.admin.delete(`${api}/clusteradmissionpolicies/${name}`);
    const gone = async () => (await plane.admin.request(`${api}/clusteradmissionpolicies/${name}`)).status;
    await vi.waitFor(async () => expect(await gone()).toBe(404), 10_000);
    expect(await webhook(id)).toBeUndefined();
  }, 60_000);

  it("controller 14: is of one kind when the policy begins to mutate", async () => {
    const name = unique("mutating");
    const id = await activePolicy(name);
    await plane.admin.patch(`${api}/clusteradmissionpolicies/${name}`, { spec: { mutating: true } });
    await vi.waitFor(async () => {
      expect([await webhook(id), await webhook(id, "mutating")]).toMatchObject([
        undefined,
        { webhooks: [{ clientConfig: { service: { path: `/validate/${id}` } } }] },
      ]);
    }, 10_000);
  }, 60_000);

  it("is not made for a policy that a replica cannot load; condition and Event say why", async () => {
    const name = unique("broken");
    const id = `namespaced-${namespace}-${name}`;
    const folder = `namespaces/${namespace}/admissionpolicies`;
    replica.policies = [{ id, state: "failed", errors: ["no such host: example.com"] }];
    await create(folder, "AdmissionPolicy", name, spec);
    await server.rollOut({ [id]: { module: "m", policyMode: "protect" } });
    const problem = expect.stringMatching(/^False: policy-server-default-h\d+: no such host: example\.com$/);
    await becomes(`${folder}/${name}`, {
      policyStatus: "pending",
      conditions: { PolicyLoaded: problem, PolicyUniquelyReachable: expect.stringMatching(/^True/) },
    });
    expect(await webhook(id)).toBeUndefined();
    await vi.waitFor(async () => {
      const { items } = (await plane.admin.get(`/api/v1/namespaces/${namespace}/events`)) as {
        items?: object[];
      };
      expect(items).toContainEqual(
        expect.objectContaining({
          ...{ type: "Warning", reason: "PolicyNotLoaded" },
          involvedObject: expect.objectContaining({ kind: "AdmissionPolicy", name }),
          message: expect.stringContaining("no such host: example.com"),
        }),
      );
    }, 10_000);
    replica.policies = [active(id)];
    await becomes(`${folder}/${name}`, { policyStatus: "active" });
  }, 60_000);

  it("controller 5, 38: waits for a rollout, and all of it takes no more rights than upstream's role has", async () => {
    const name = unique("rollout");
    const id = await activePolicy(name);
    await server.configure({ [id]: { module: "m2", policyMode: "protect" } });
    await becomes(`clusteradmissionpolicies/${name}`, {
      policyStatus: "active",
      conditions: {
        PolicyServerConfigurationUpToDate: "False: Configuration for this policy is not up to date",
        PolicyUniquelyReachable: expect.stringMatching(/^False/),
      },
    });
    await plane.admin.patch(`${api}/clusteradmissionpolicies/${name}`, { spec: { timeoutSeconds: 4 } });
    await controller.lookAgain();
    expect(await webhook(id)).toMatchObject({ webhooks: [{ timeoutSeconds: 10 }] });
    await server.rollOut({ [id]: { module: "m2", policyMode: "protect" } });
    await vi.waitFor(
      async () => expect(await webhook(id)).toMatchObject({ webhooks: [{ timeoutSeconds: 4 }] }),
      10_000,
    );
    const forbidden = lines.filter(({ fields }) => /forbidden/i.test(String(fields["error"])));
    // of cluster-wide policies the Events are in a namespace where upstream's role may not write
    expect(forbidden.map(({ message }) => message)).toEqual(["cannot write an event"]);
  }, 60_000);

  interface Status {
    conditions?: { type: string; status: string; message: string }[];
  }
});

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
