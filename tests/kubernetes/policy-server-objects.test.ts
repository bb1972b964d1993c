import type { Deployment } from "@kubewarden-ts/api/core";
import { policyServers } from "@kubewarden-ts/api/policies";
import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { parseExact } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { createAuthority } from "../../apps/controller/src/certificates/issue.ts";
import { encodeSecretValues } from "../../apps/controller/src/certificates/secret-value.ts";
import { desiredDeployment } from "../../apps/controller/src/policy-server/deployment.ts";
import { desiredService } from "../../apps/controller/src/policy-server/service.ts";
import { controllerConfig } from "../../apps/controller/src/policy-server/testing/config.ts";
import { maximalConfig, maximalServer } from "../../apps/controller/src/policy-server/testing/maximal.ts";
import { requires } from "../support/requirements.ts";
import type { ApiObject } from "./api-client.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { installCustomResources } from "./install-custom-resources.ts";
import { startPolicyServerController } from "./policy-server-controller.ts";

const api = "/apis/policies.kubewarden.io/v1";
const module = "registry://example.com/m:v1";
const rules = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["nothings"] }];

describe.skipIf(requires("kubernetes-controllers").skip)(
  "objects of a PolicyServer, at a real API server",
  () => {
    let plane: ControlPlane;
    const lines: LogLine[] = [];
    const log = createLogger({ level: "warn", target: "test", write: (line) => lines.push(line) });

    beforeAll(async () => {
      plane = await controlPlane({ controllers: true });
      await installCustomResources(plane.admin);
    }, 120_000);

    async function setUp(flags = controllerConfig()) {
      const namespace = await plane.createNamespace();
      const config = { ...flags, deploymentsNamespace: namespace };
      const { certificate, key } = await createAuthority(new Date());
      await plane.admin.create(`/api/v1/namespaces/${namespace}/secrets`, {
        metadata: { name: "kubewarden-ca" },
        data: encodeSecretValues({ "ca.crt": certificate, "ca.key": key }),
      });
      await plane.admin.create(`/api/v1/namespaces/${namespace}/configmaps`, {
        metadata: { name: "client-ca" },
        data: { "client-ca.crt": certificate },
      });
      const controller = await startPolicyServerController(plane, { config, log });
      const name = namespace;
      const server = `${api}/policyservers/${name}`;
      const path = (group: string, plural: string) =>
        `${group}/namespaces/${namespace}/${plural}/policy-server-${name}`;
      const paths = {
        secret: path("/api/v1", "secrets"),
        configMap: path("/api/v1", "configmaps"),
        service: path("/api/v1", "services"),
        deployment: path("/apis/apps/v1", "deployments"),
        budget: path("/apis/policy/v1", "poddisruptionbudgets"),
      };
      const create = (spec: object) =>
        plane.admin.create(`${api}/policyservers`, {
          ...{ apiVersion: api.slice("/apis/".length), kind: "PolicyServer", metadata: { name }, spec },
        });
      const createPolicy = (spec: object) =>
        plane.admin.create(`${api}/clusteradmissionpolicies`, {
          ...{ apiVersion: api.slice("/apis/".length), kind: "ClusterAdmissionPolicy", metadata: { name } },
          spec: { module, rules, mutating: false, policyServer: name, ...spec },
        });
      const pod = async (): Promise<string> => {
        const pods = `/api/v1/namespaces/${namespace}/pods`;
        const { items } = v.parse(Items, await plane.admin.get(pods));
        return `${pods}/${items[0]?.metadata.name}`;
      };
      const condition = async (type: string) => conditionOf(await plane.admin.get(server), type);
      const eventually = (holds: () => Promise<void>, timeout = 15_000) =>
        vi.waitFor(holds, { timeout, interval: 50 });
      return {
        ...{
          namespace,
          name,
          config,
          controller,
          server,
          paths,
          create,
          createPolicy,
          pod,
          condition,
          eventually,
        },
        stored: async () => v.parse(policyServers.schema, await plane.admin.get(server)),
        /** Resolves when everything was made, the finalizer last. */
        reconciled: () =>
          eventually(async () =>
            expect((await plane.admin.get(server)).metadata["finalizers"]).toEqual([
              "kubewarden.io/finalizer",
            ]),
          ),
        async [Symbol.asyncDispose]() {
          await controller[Symbol.asyncDispose]();
          await remove(server);
          await remove(`${api}/clusteradmissionpolicies/${name}`);
        },
      };
    }

    async function remove(path: string): Promise<void> {
      const body = { metadata: { finalizers: [] } };
      const { status } = await plane.admin.request(path, { method: "PATCH", body });
      if (status === 200) await plane.admin.request(path, { method: "DELETE" });
    }

    const limits = { cpu: "1", memory: "1Gi" };
    it.each([
      ["minimal", controllerConfig(), { image: "example.com/policy-server", replicas: 1 }, {}],
      ["maximal", maximalConfig(), maximalServer().spec, { limits, requests: limits }],
    ])(
      "controller 21, 38, 44: of a %s spec are stored as wanted, and never written again",
      async (_row, flags, spec, resources) => {
        await using test = await setUp(flags);
        const { config, paths, controller } = test;
        await test.create(spec);
        await test.reconciled();
        const server = await test.stored();
        const configVersion = (await plane.admin.get(paths.configMap)).metadata.resourceVersion;
        const wanted = desiredDeployment(server, { config, current: undefined, configVersion });
        const stored = await plane.admin.get(paths.deployment);
        expect(stored).toMatchObject(asStored(wanted, resources));
        expect(await plane.admin.get(paths.service)).toMatchObject(
          desiredService(server, { config, current: undefined }),
        );
        await controller.lookAgain(test.name);
        const writes = controller.writes.length;
        await controller.lookAgain(test.name);
        expect(controller.writes.slice(writes)).toEqual([]);
        const made = controller.writes.filter((write) => write.startsWith("POST"));
        expect(made).toHaveLength("maxUnavailable" in spec ? 5 : 4);
        expect((await plane.admin.get(paths.deployment)).metadata["generation"]).toBe(1);
        expect(lines).toEqual([]);
      },
    );

    it("controller 6: keep numbers of settings that JavaScript cannot hold", async () => {
      await using test = await setUp();
      const { settings } = parseExact('{"settings":{"big":9007199254740993,"html":"<&>"}}') as {
        settings: object;
      };
      await test.createPolicy({ settings });
      await test.create({ image: "i", replicas: 1 });
      await test.reconciled();
      const { data } = v.parse(ConfigMapData, await plane.admin.get(test.paths.configMap));
      expect(data["policies.yml"]).toContain(
        '"settings":{"big":9007199254740993,"html":"\\u003c\\u0026\\u003e"}',
      );
    });

    it("controller 5, 44: follow a change of a policy by one write each, and no other", async () => {
      await using test = await setUp();
      await test.create({ image: "i", replicas: 1 });
      await test.reconciled();
      await test.createPolicy({});
      await test.eventually(async () => {
        const { metadata } = await plane.admin.get(test.paths.configMap);
        const { data } = v.parse(ConfigMapData, await plane.admin.get(test.paths.configMap));
        expect(data["policies.yml"]).not.toBe("{}");
        const annotations = { "kubewarden/config-version": metadata.resourceVersion };
        expect(await plane.admin.get(test.paths.deployment)).toMatchObject({ metadata: { annotations } });
      });
      expect(
        test.controller.writes.filter((write) => /PATCH .*(configmaps|deployments)/.test(write)),
      ).toEqual([`PATCH ${test.paths.configMap}`, `PATCH ${test.paths.deployment}`]);
    });

    it("controller 22, 25, 42: follow the spec, and are mended when somebody else changes them", async () => {
      await using test = await setUp();
      const { paths } = test;
      await test.create({
        image: "i",
        replicas: 1,
        minAvailable: 1,
        limits: { cpu: "1" },
        labels: { a: "b" },
      });
      await test.reconciled();
      await plane.admin.patch(test.server, {
        spec: {
          minAvailable: null,
          maxUnavailable: "20%",
          limits: null,
          labels: null,
          priorityClassName: "p",
        },
      });
      await test.eventually(async () => {
        const budget = await plane.admin.get(paths.budget);
        expect(budget["spec"]).toMatchObject({ maxUnavailable: "20%" });
        expect(budget["spec"]).not.toHaveProperty("minAvailable");
        const deployment = await plane.admin.get(paths.deployment);
        expect(deployment).toMatchObject({ spec: { template: { spec: { priorityClassName: "p" } } } });
        expect(JSON.stringify(deployment)).not.toMatch(/"a":"b"|"limits"/);
      });
      await plane.admin.patch(test.server, { spec: { maxUnavailable: null } });
      await plane.admin.delete(paths.service);
      await plane.admin.patch(paths.deployment, {
        spec: { replicas: 5 },
        metadata: { labels: { mine: "x" } },
      });
      await plane.admin.patch(paths.configMap, { data: { "policies.yml": "x" } });
      await test.eventually(async () => {
        expect((await plane.admin.request(paths.budget)).status).toBe(404);
        expect((await plane.admin.request(paths.service)).status).toBe(200);
        expect(await plane.admin.get(paths.deployment)).toMatchObject({
          ...{ metadata: { labels: { mine: "x" } }, spec: { replicas: 1 } },
        });
        expect(await plane.admin.get(paths.configMap)).toMatchObject({ data: { "policies.yml": "{}" } });
      });
    });

    it("controller 43: tell whether the policy server is ready, and why not", async () => {
      await using test = await setUp();
      await test.create({ image: "i", replicas: 1 });
      const readyIs = (status: string, message: RegExp) =>
        test.eventually(async () =>
          expect(await test.condition("Ready")).toMatchObject({
            status,
            message: expect.stringMatching(message),
          }),
        );
      await readyIs("False", /^0 of 1 replicas are ready; pod policy-server-.* is not ready$/);
      await plane.admin.request(`${await test.pod()}/status`, {
        method: "PATCH",
        body: { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } },
      });
      await readyIs("True", /^1 of 1 replicas are ready$/);
    });

    it("controller 8, 45: go with the PolicyServer, when no webhook needs it any more", async () => {
      await using test = await setUp();
      const { paths } = test;
      await test.createPolicy({});
      await test.create({ image: "i", replicas: 1, minAvailable: 1, imagePullSecret: "gone" });
      await test.reconciled();
      const webhook = `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations`;
      const unique = `clusterwide-${test.name}`;
      await plane.admin.create(webhook, {
        metadata: { name: unique, labels: { "app.kubernetes.io/part-of": "kubewarden" } },
      });
      await plane.admin.delete(test.server);
      const message = `Waiting for webhook cleanup of policies: ${unique}`;
      await test.eventually(async () => {
        const found = await test.condition("PolicyWebhooksCleanedUp");
        expect(found).toMatchObject({ status: "False", message });
      });
      expect((await plane.admin.request(paths.deployment)).status).toBe(200);
      await plane.admin.delete(`${webhook}/${unique}`);
      await test.eventually(async () => {
        for (const path of [test.server, ...Object.values(paths)]) {
          expect([path, (await plane.admin.request(path)).status]).toEqual([path, 404]);
        }
        // the garbage collector looks for new kinds every 30 seconds
      }, 80_000);
      expect((await plane.admin.request(`${api}/clusteradmissionpolicies/${test.name}`)).status).toBe(200);
    }, 100_000);
  },
);

const Items = v.object({ items: v.array(v.object({ metadata: v.object({ name: v.string() }) })) });
const ConfigMapData = v.object({ data: v.record(v.string(), v.string()) });
const Conditions = v.object({
  status: v.object({ conditions: v.array(v.looseObject({ type: v.string() })) }),
});

function conditionOf(server: ApiObject, type: string) {
  const read = v.safeParse(Conditions, server);
  return read.success ? read.output.status.conditions.find((each) => each.type === type) : undefined;
}

/** Quantities are stored in another way than they were written, and what is empty is not. */
function asStored(deployment: Deployment, resources: object): object {
  const text = JSON.stringify(deployment, (_key, value) =>
    typeof value === "object" && value !== null && "limits" in value ? resources : value,
  );
  return JSON.parse(text.replaceAll('"annotations":{},', "").replaceAll(',"annotations":{}', ""));
}
