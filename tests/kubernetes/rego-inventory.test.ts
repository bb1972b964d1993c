import { staticAccess } from "@kubewarden-ts/kube/testing";
import type { Evaluator } from "@kubewarden-ts/policy-evaluation";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { connectHost } from "../support/connected-host.ts";
import { startPolicies, validate } from "../support/evaluated.ts";
import { regoPolicy } from "../support/rego-guest.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { folderOf, openShop, type Shop } from "./shop.ts";

const contextAwareResources = [
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "apps/v1", kind: "Deployment" },
];
const object = (apiVersion: string, kind: string, name: string, more: object = {}) => ({
  ...{ apiVersion, kind },
  metadata: { name, managedFields: [], ...more },
});
const Tree = v.record(v.string(), v.record(v.string(), v.unknown()));

describe.skipIf(requires("kubernetes").skip)("the inventory of a real cluster", () => {
  let plane: ControlPlane;
  let shop: Shop;
  let host: ReturnType<typeof connectHost>;
  beforeAll(async () => {
    plane = await controlPlane();
    shop = await openShop(plane);
    const { url, adminToken: token, ca } = plane;
    host = connectHost({ access: staticAccess(url, { token, tls: { ca } }) });
  });
  afterAll(() => host?.[Symbol.asyncDispose]());

  async function read(layout: "opa" | "gatekeeper") {
    const { dispatcher } = testPolicy({ contextAwareResources, serve: host.serve });
    const { bytes } = await dispatcher.inventory(layout);
    return v.parse(Tree, JSON.parse(Buffer.from(bytes).toString()));
  }

  it("policy-runtime 46: has OPA's layout", async () => {
    const { namespaces = {}, services = {}, deployments = {}, ...others } = await read("opa");
    const { front, back } = shop;
    expect(others).toEqual({});
    expect(namespaces[front]).toMatchObject(object("v1", "Namespace", front, { labels: { tier: "front" } }));
    expect(namespaces[back]).toMatchObject(object("v1", "Namespace", back));
    expect(services).toMatchObject({
      [front]: { web: object("v1", "Service", "web", { namespace: front, annotations: { owner: "shop" } }) },
    });
    expect(deployments[front]).toEqual({
      web: expect.objectContaining({ apiVersion: "apps/v1", kind: "Deployment" }),
    });
    expect([services[back], deployments[back]]).toEqual([undefined, undefined]);
  });

  it("policy-runtime 46: has Gatekeeper's layout", async () => {
    const { cluster = {}, namespace = {}, ...others } = await read("gatekeeper");
    const { front, back } = shop;
    expect(others).toEqual({});
    expect(cluster).toEqual({ v1: { Namespace: expect.any(Object) } });
    expect(cluster).toMatchObject({
      v1: {
        Namespace: {
          [front]: object("v1", "Namespace", front, { labels: { tier: "front" } }),
          [back]: object("v1", "Namespace", back),
        },
      },
    });
    expect(namespace[front]).toEqual({
      v1: { Service: { web: expect.objectContaining({ apiVersion: "v1", kind: "Service" }) } },
      "apps/v1": {
        Deployment: { web: expect.objectContaining({ apiVersion: "apps/v1", kind: "Deployment" }) },
      },
    });
    expect(namespace[back]).toBeUndefined();
  });

  it.each(["opa", "gatekeeper"] as const)(
    "policy-runtime 46: is built anew in the layout of %s when an object changes",
    async (layout) => {
      const { dispatcher } = testPolicy({
        contextAwareResources: [{ apiVersion: "apps/v1", kind: "Deployment" }],
        serve: host.serve,
      });
      const path = `${folderOf("Deployment", shop.front)}/web`;
      const color = `color-of-${layout}`;
      const first = await dispatcher.inventory(layout);
      expect(Buffer.from(first.bytes).toString()).not.toContain(color);
      await plane.admin.patch(path, { metadata: { labels: { [color]: "blue" } } });
      await vi.waitFor(async () => {
        const next = await dispatcher.inventory(layout, first);
        expect(Buffer.from(next.bytes).toString()).toContain(color);
      }, 10_000);
    },
  );

  describe.skipIf(requires("opa").skip)("in Rego policies", () => {
    let evaluator: Evaluator;
    beforeAll(async () => {
      const names = ["opa-inventory", "gatekeeper-inventory"] as const;
      const modules = Object.fromEntries(names.map((name) => [name, regoPolicy(name)]));
      const policies = Object.fromEntries(
        names.map((module) => [module, { module, contextAwareResources, hostCapabilities: ["*"] }]),
      );
      evaluator = await startPolicies(policies, { modules, serve: host.serve });
    });
    afterAll(() => evaluator?.[Symbol.asyncDispose]());

    /** What of the shop the policy has seen. */
    async function seenBy(policy: string): Promise<string[]> {
      const { allowed, status } = await validate(evaluator, policy);
      expect(allowed).toBe(false);
      const names = status?.message?.split(", ") ?? [];
      return names.filter((name) => name.includes(shop.front) || name.includes(shop.back));
    }

    it.each([
      ["opa-inventory", "opa", (place: string) => `services/${place}/late-for-opa/Service`],
      [
        "gatekeeper-inventory",
        "gatekeeper",
        (place: string) => `namespace ${place} v1 Service late-for-gatekeeper`,
      ],
    ] as const)(
      "policy-runtime 46: %s sees what there is, what comes and what goes",
      async (policy, mode, late) => {
        const { front, back } = shop;
        const always =
          mode === "opa"
            ? [
                ...[`deployments/${front}/web/Deployment`, `services/${front}/web/Service`],
                ...[front, back].map((place) => `namespaces/${place}/Namespace`),
              ]
            : [
                ...[`namespace ${front} apps/v1 Deployment web`, `namespace ${front} v1 Service web`],
                ...[front, back].map((place) => `cluster v1 Namespace ${place}`),
              ];
        const sees = (...names: string[]) =>
          vi.waitFor(async () => expect(await seenBy(policy)).toEqual(names.toSorted()), 10_000);
        await sees(...always);
        const folder = folderOf("Service", back);
        const name = `late-for-${mode}`;
        await plane.admin.create(folder, { metadata: { name }, spec: { ports: [{ port: 80 }] } });
        await sees(...always, late(back));
        await plane.admin.delete(`${folder}/${name}`);
        await sees(...always);
      },
    );
  });
});
