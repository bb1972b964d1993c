import { controllerWebhookConfigurations, customResourceDefinitions } from "@kubewarden-ts/api/crds";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import type { ApiAnswer } from "./api-client.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources, removeCustomResources } from "./install-custom-resources.ts";

const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];
const policy = { module: "registry://registry.example/p:v1", mutating: false, rules };
const group = { rules, expression: "a()", message: "no", policies: { a: { module: "registry://m" } } };
const server = { image: "policy-server", replicas: 1 };

describe.skipIf(requires("kubernetes").skip)("the CustomResourceDefinitions", () => {
  let plane: ControlPlane;
  let namespace: string;
  let definitions: ReturnType<typeof customResourceDefinitions>;
  beforeAll(async () => {
    plane = await controlPlane();
    namespace = await plane.createNamespace();
    definitions = customResourceDefinitions({ group: `${namespace}.kubewarden.test` });
    await installCustomResources(plane.admin, definitions);
  }, 60_000);
  afterAll(() => plane && removeCustomResources(plane.admin, definitions));

  function create(kind: string, spec: object, { version = "v1", name = "" } = {}): Promise<ApiAnswer> {
    const { names, scope, group: api } = definitions.find(({ spec: { names } }) => names.kind === kind)!.spec;
    const folder = scope === "Cluster" ? "" : `namespaces/${namespace}/`;
    const metadata = name === "" ? { generateName: "test-" } : { name };
    return plane.admin.request(`/apis/${api}/${version}/${folder}${names.plural}`, {
      method: "POST",
      body: { apiVersion: `${api}/${version}`, kind, metadata, spec },
    });
  }
  const policyPath = (version: string, name: string) =>
    `/apis/${definitions[0]?.spec.group}/${version}/clusteradmissionpolicies/${name}`;

  const { mutating: _mutating, ...notMutating } = policy;
  const { rules: _rules, ...noRules } = policy;
  const { module: _module, ...noModule } = policy;
  const without = (key: keyof typeof group) => ({ ...group, [key]: undefined });
  it.each<[string, string, object, string]>([
    [
      "timeoutSeconds 1",
      "ClusterAdmissionPolicy",
      { ...policy, timeoutSeconds: 1 },
      "spec.timeoutSeconds: Invalid value: 1",
    ],
    [
      "timeoutSeconds 31",
      "AdmissionPolicy",
      { ...policy, timeoutSeconds: 31 },
      "spec.timeoutSeconds: Invalid value: 31",
    ],
    [
      "timeoutSeconds 31 of a group",
      "AdmissionPolicyGroup",
      { ...group, timeoutSeconds: 31 },
      "spec.timeoutSeconds",
    ],
    [
      "timeoutEvalSeconds 1",
      "ClusterAdmissionPolicy",
      { ...policy, timeoutEvalSeconds: 1 },
      "spec.timeoutEvalSeconds",
    ],
    ["mode foo", "ClusterAdmissionPolicy", { ...policy, mode: "foo" }, 'spec.mode: Unsupported value: "foo"'],
    [
      "text as settings",
      "ClusterAdmissionPolicy",
      { ...policy, settings: "x" },
      "spec.settings: Invalid value",
    ],
    ["a list as settings", "AdmissionPolicy", { ...policy, settings: [] }, "spec.settings: Invalid value"],
    ["no mutating", "ClusterAdmissionPolicy", notMutating, "spec.mutating: Required value"],
    ["no rules", "AdmissionPolicy", noRules, "spec.rules: Required value"],
    ["no module", "ClusterAdmissionPolicy", noModule, "spec.module: Required value"],
    [
      "no expression",
      "ClusterAdmissionPolicyGroup",
      without("expression"),
      "spec.expression: Required value",
    ],
    ["no message", "AdmissionPolicyGroup", without("message"), "spec.message: Required value"],
    ["no policies", "ClusterAdmissionPolicyGroup", without("policies"), "spec.policies: Required value"],
    [
      "a member without module",
      "AdmissionPolicyGroup",
      { ...group, policies: { a: {} } },
      "spec.policies.a.module: Required",
    ],
    ["no image", "PolicyServer", { replicas: 1 }, "spec.image: Required value"],
    ["no replicas", "PolicyServer", { image: "i" }, "spec.replicas: Required value"],
    ["port 0", "PolicyServer", { ...server, webhookPort: 0 }, "spec.webhookPort: Invalid value: 0"],
    [
      "port 65536",
      "PolicyServer",
      { ...server, metricsPort: 65_536 },
      "spec.metricsPort: Invalid value: 65536",
    ],
    [
      "a limit that is no quantity",
      "PolicyServer",
      { ...server, limits: { cpu: "much" } },
      "spec.limits.cpu",
    ],
    [
      "half a variable",
      "PolicyServer",
      { ...server, env: [{ value: "x" }] },
      "spec.env[0].name: Required value",
    ],
  ])("controller 18: %s of a %s is refused", async (_what, kind, spec, message) => {
    const { status, body } = await create(kind, spec);
    expect(body["message"]).toContain(message);
    expect(status).toBe(422);
  });

  it.each([
    ["ClusterAdmissionPolicy", policy],
    ["AdmissionPolicy", policy],
    ["ClusterAdmissionPolicyGroup", group],
    ["AdmissionPolicyGroup", group],
  ])("controller 19: a new %s gets the defaults of its schema and nothing else", async (kind, spec) => {
    const { status, body } = await create(kind, spec);
    expect(status).toBe(201);
    const defaults = { policyServer: "default", mode: "protect", backgroundAudit: true, timeoutSeconds: 10 };
    expect(body["spec"]).toEqual({ ...spec, ...defaults });
  });

  it("keeps settings and a policy server's fields of Kubernetes as they are", async () => {
    const settings = { null: null, constructor: { deep: [1, "2", { x: null }] } };
    const { body } = await create("AdmissionPolicy", { ...policy, settings });
    expect(body["spec"]).toMatchObject({ settings });
    const fields = {
      env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
      limits: { cpu: 1, memory: "1Gi" },
      tolerations: [{ key: "k", operator: "Exists" }],
      affinity: { podAntiAffinity: {} },
      minAvailable: "50%",
      securityContexts: { container: { runAsUser: 7 }, pod: { fsGroup: 8 } },
      namespacedPoliciesCapabilities: [],
    };
    expect((await create("PolicyServer", { ...server, ...fields })).body["spec"]).toEqual({
      ...server,
      ...fields,
    });
  });

  it("controller 36: v1alpha2 is served and stored, and warns", async () => {
    const warnings = [expect.stringContaining('"This version is deprecated. Please, consider using v1"')];
    const created = await create("ClusterAdmissionPolicy", policy, { version: "v1alpha2", name: "old" });
    expect(created).toMatchObject({ status: 201, warnings });
    const stored = await plane.admin.request(policyPath("v1", "old"));
    expect(stored).toMatchObject({
      body: { spec: { module: policy.module, backgroundAudit: true } },
      warnings: [],
    });
    const read = await plane.admin.request(policyPath("v1alpha2", "old"));
    expect(read).toMatchObject({ body: { spec: { timeoutSeconds: 10 } }, warnings });
    expect(read.body["spec"]).not.toHaveProperty("backgroundAudit");
  });

  it("controller 36: v1alpha2 has no range of timeoutSeconds, and drops fields of v1 on the way", async () => {
    const spec = { ...policy, timeoutSeconds: 60, message: "new" };
    const { body } = await create("ClusterAdmissionPolicy", spec, { version: "v1alpha2", name: "slow" });
    expect(body["spec"]).not.toHaveProperty("message");
    expect(await plane.admin.get(policyPath("v1", "slow"))).toMatchObject({ spec: { timeoutSeconds: 60 } });
  });

  it("controller 36: the webhooks of the controller are as an API server takes them", async () => {
    // a dry run: they would be asked about the objects of everybody who shares the API server
    const options = { namespace, serviceName: "webhook-service" };
    for (const configuration of controllerWebhookConfigurations(options)) {
      const plural = `${configuration.kind.toLowerCase()}s`;
      const path = `/apis/${configuration.apiVersion}/${plural}?dryRun=All`;
      const { status, body } = await plane.admin.request(path, {
        method: "POST",
        body: { ...configuration, metadata: { generateName: "test-" } },
      });
      expect(body["message"]).toBeUndefined();
      expect(status).toBe(201);
      // what makes writes through v1alpha2 reach them
      expect(body).toMatchObject({ webhooks: Array(5).fill({ matchPolicy: "Equivalent" }) });
    }
  });

  it("groups are not served in v1alpha2", async () => {
    const { status } = await create("AdmissionPolicyGroup", group, { version: "v1alpha2" });
    expect(status).toBe(404);
  });
});
