import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { fakeHost } from "@kubewarden-ts/policy-sdk/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const service = (name: string, port?: number, namespace = "hooks") => ({
  service: { name, namespace, ...(port === undefined ? {} : { port }) },
});
const configuration = (clientConfigs: unknown[], kind = "ValidatingWebhookConfiguration") => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  metadata: { name: "hooks" },
  webhooks: clientConfigs.map((clientConfig, index) => ({ name: `h${index}.test`, clientConfig })),
});
const backend = (name: string, port: object) => ({ service: { name, port } });
const byRule = (name: string, port: object, namespace = "hooks") => ({
  metadata: { name: "i", namespace },
  spec: { rules: [{ host: "a.test", http: { paths: [{ path: "/", backend: backend(name, port) }] } }] },
});
const byDefault = (name: string, port: object) => ({
  metadata: { name: "i", namespace: "hooks" },
  spec: { defaultBackend: backend(name, port) },
});
const published = (type: string, name: string, ...ports: object[]) => ({
  metadata: { name, namespace: "hooks" },
  spec: { type, ports },
});

interface Items {
  Ingress?: unknown[];
  Service?: unknown[];
}
const cluster = (items: Items) =>
  fakeHost({
    "kubernetes/list_resources_by_namespace": (payload) => {
      const kind: keyof Items = Reflect.get(Object(payload), "kind");
      return { kind: `${kind}List`, items: items[kind] ?? [] };
    },
  });
const refused = (...names: string[]) => ({
  accepted: false,
  message: `Webhook service(s) exposed by Ingress, NodePort, or LoadBalancer: ${names.join(", ")}`,
});

describe.each(bothWays("do-not-expose-admission-controller-webhook-services", policy))(
  "do-not-expose-admission-controller-webhook-services %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    const gate = configuration([service("gate", 8443)]);
    it.each<[string, KubernetesObject, Items, boolean]>([
      ["nothing", gate, {}, false],
      ["a rule", gate, { Ingress: [byRule("gate", { number: 8443 })] }, true],
      ["a default backend", gate, { Ingress: [byDefault("gate", { number: 8443 })] }, true],
      ["a rule for another port", gate, { Ingress: [byRule("gate", { number: 80 })] }, false],
      ["a rule for another service", gate, { Ingress: [byRule("door", { number: 8443 })] }, false],
      [
        "a rule of another namespace",
        gate,
        { Ingress: [byRule("gate", { number: 8443 }, "elsewhere")] },
        false,
      ],
      [
        "a port by its name",
        gate,
        {
          Ingress: [byRule("gate", { name: "https" })],
          Service: [published("ClusterIP", "gate", { name: "https", port: 8443 })],
        },
        true,
      ],
      [
        "another port by its name",
        gate,
        {
          Ingress: [byRule("gate", { name: "metrics" })],
          Service: [
            published("ClusterIP", "gate", { name: "https", port: 8443 }, { name: "metrics", port: 9000 }),
          ],
        },
        false,
      ],
      ["a port by a name nobody knows", gate, { Ingress: [byRule("gate", { name: "https" })] }, true],
      ["a NodePort", gate, { Service: [published("NodePort", "gate", { port: 8443 })] }, true],
      [
        "a LoadBalancer",
        gate,
        { Service: [published("LoadBalancer", "gate", { port: 80 }, { port: 8443 })] },
        true,
      ],
      [
        "a NodePort with another port",
        gate,
        { Service: [published("NodePort", "gate", { port: 80 })] },
        false,
      ],
      ["a ClusterIP", gate, { Service: [published("ClusterIP", "gate", { port: 8443 })] }, false],
      ["another NodePort", gate, { Service: [published("NodePort", "door", { port: 8443 })] }, false],
      [
        "the default port",
        configuration([service("gate")]),
        { Service: [published("NodePort", "gate", { port: 443 })] },
        true,
      ],
      [
        "the default port behind an ingress",
        configuration([service("gate")]),
        { Ingress: [byRule("gate", { number: 443 })] },
        true,
      ],
      [
        "a mutating webhook",
        configuration([service("gate", 8443)], "MutatingWebhookConfiguration"),
        { Ingress: [byRule("gate", { number: 8443 })] },
        true,
      ],
    ])("%s", async (_row, object, items, exposed) => {
      const outcome = await runner.run({ object, host: cluster(items) });
      expect(outcome).toEqual(exposed ? refused("hooks/gate") : { accepted: true });
    });

    it("policies-and-sdk 22: names each service once, sorted, and asks each namespace once", async () => {
      const object = configuration([
        service("z", 1),
        service("b", 1),
        service("b", 1),
        service("c", 1, "other"),
        { url: "https://x.test" },
      ]);
      const items = ["z", "b"].map((name) => published("NodePort", name, { port: 1 }));
      const host = cluster({ Service: items });
      expect(await runner.run({ object, host })).toEqual(refused("hooks/b", "hooks/z"));
      const ingresses = { api_version: "networking.k8s.io/v1", kind: "Ingress" };
      const services = { api_version: "v1", kind: "Service" };
      expect(host.calls.map(({ payload }) => payload)).toEqual([
        { ...ingresses, namespace: "hooks" },
        { ...services, namespace: "hooks" },
        { ...ingresses, namespace: "other" },
        { ...services, namespace: "other" },
      ]);
    });

    it("policies-and-sdk 21: refuses an UPDATE that only removes a finalizer", async () => {
      const oldObject = { ...gate, metadata: { ...gate.metadata, finalizers: ["a/b"] } };
      const host = cluster({ Ingress: [byRule("gate", { number: 8443 })] });
      expect(await runner.run({ object: gate, oldObject, host })).toEqual(refused("hooks/gate"));
    });

    it.each<[string, KubernetesObject]>([
      ["a URL", configuration([{ url: "https://x.test" }])],
      ["no webhooks", { ...configuration([]), webhooks: null }],
      ["another kind", { apiVersion: "v1", kind: "Pod", webhooks: "x" }],
    ])("takes %s without asking", async (_row, object) => {
      expect(await runner.run({ object })).toEqual({ accepted: true });
    });

    it.each<[string, object, string]>([
      ["policies-and-sdk 20: a DELETE", { object: null, oldObject: gate }, "the request has no object"],
      [
        "webhooks that are a text",
        { object: { ...gate, webhooks: "x" } },
        "webhooks: expected array, got string",
      ],
      [
        "a webhook that is null",
        { object: { ...gate, webhooks: [null] } },
        "webhooks[0]: expected object, got null",
      ],
      [
        "a port that is a text",
        { object: configuration([{ service: { name: "a", namespace: "b", port: "443" } }]) },
        "webhooks[0].clientConfig.service.port: expected integer, got string",
      ],
      [
        "policies-and-sdk 7: a host that refuses",
        { object: gate },
        "error invoking host capability kubernetes.list_resources_by_namespace: Host error: fakeHost has no answer for kubernetes/list_resources_by_namespace",
      ],
    ])("fails on %s", async (_row, options, message) => {
      await expect(runner.run(options)).rejects.toThrow(message);
    });

    it.each([null, {}, { x: 1 }])("takes the settings %j", async (settings) => {
      expect(await runner.validateSettings(settings)).toEqual({ valid: true });
    });
  },
);

it("nothing that decides is passed over", () => {
  const target = ["webhooks", 0, "clientConfig", "service"];
  const isText = (value: unknown) => typeof value === "string";
  expectNothingPassedOver(policy, {
    object: configuration([service("gate", 443)]),
    host: cluster({ Ingress: [byRule("gate", { number: 443 })] }),
    violations: [
      { path: [...target, "name"], isHarmless: (value) => isText(value) && value !== "gate" },
      { path: [...target, "namespace"], isHarmless: (value) => isText(value) && value !== "hooks" },
      { path: [...target, "port"], isHarmless: (value) => Number.isInteger(value) && value !== 443 },
    ],
  });
});
