import { silentLogger } from "@kubewarden-ts/base";
import * as v from "valibot";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createAuthority } from "../../apps/controller/src/certificates/issue.ts";
import { encodeSecretValues } from "../../apps/controller/src/certificates/secret-value.ts";
import { controllerConfig } from "../../apps/controller/src/policy-server/testing/config.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources } from "./install-custom-resources.ts";
import { startPolicyServerController } from "./policy-server-controller.ts";

const group = "policies.kubewarden.io/v1";
const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nothings"] }];
const Configuration = v.object({ data: v.object({ "policies.yml": v.string() }) });
const Status = v.object({
  status: v.object({
    conditions: v.array(v.object({ type: v.string(), status: v.string(), message: v.string() })),
  }),
});

describe.skipIf(requires("kubernetes").skip)("a policy server that many share, at a real API server", () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await controlPlane();
    await installCustomResources(plane.admin);
  }, 120_000);

  it("controller 43: serves the others when one namespace wants more than fits, or what no server can read", async () => {
    const namespace = await plane.createNamespace();
    const config = { ...controllerConfig(), deploymentsNamespace: namespace };
    const { certificate, key } = await createAuthority(new Date());
    await plane.admin.create(`/api/v1/namespaces/${namespace}/secrets`, {
      metadata: { name: "kubewarden-ca" },
      data: encodeSecretValues({ "ca.crt": certificate, "ca.key": key }),
    });
    const createPolicy = async (settings: object): Promise<string> => {
      const home = await plane.createNamespace();
      await plane.admin.create(`/apis/${group}/namespaces/${home}/admissionpolicies`, {
        ...{ apiVersion: group, kind: "AdmissionPolicy", metadata: { name: "p" } },
        spec: { module: "m", rules, mutating: false, policyServer: namespace, settings },
      });
      return `namespaced-${home}-p`;
    };
    const greedy = await createPolicy({ text: "x".repeat(700_000) });
    const modest = await createPolicy({ text: "x".repeat(600_000) });
    const small = await createPolicy({ text: "x" });
    const deep = await createPolicy(JSON.parse(`${'{"a":'.repeat(400)}1${"}".repeat(400)}`));
    const server = `/apis/${group}/policyservers`;
    await plane.admin.create(server, {
      ...{ apiVersion: group, kind: "PolicyServer", metadata: { name: namespace } },
      spec: { image: "example.com/policy-server:v1", replicas: 1 },
    });
    await using _controller = await startPolicyServerController(plane, { config, log: silentLogger });
    const told = await vi.waitFor(
      async () => {
        const { status } = v.parse(Status, await plane.admin.get(`${server}/${namespace}`));
        const condition = status.conditions.find(({ type }) => type === "ConfigMapReconciled");
        expect(condition?.status).toBe("True");
        return condition?.message;
      },
      { timeout: 30_000, interval: 100 },
    );
    expect(told).toContain(`${greedy} (the policies of the server do not fit into its ConfigMap`);
    expect(told).toContain(`${deep} (spec.settings is nested too deep)`);
    const path = `/api/v1/namespaces/${namespace}/configmaps/policy-server-${namespace}`;
    const { data } = v.parse(Configuration, await plane.admin.get(path));
    expect(Object.keys(JSON.parse(data["policies.yml"])).sort()).toEqual([modest, small].sort());
  }, 60_000);
});
