import { systemClock } from "@kubewarden-ts/base";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { standingClock } from "../support/clocks.ts";
import { connectHost } from "../support/connected-host.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { type RelayedPlane, relayPlane } from "./relayed-plane.ts";
import { folderOf, openShop, type Shop } from "./shop.ts";

const configMaps = { api_version: "v1", kind: "ConfigMap" };
const namespaces = { api_version: "v1", kind: "Namespace" };
const deployments = { api_version: "apps/v1", kind: "Deployment" };
const contextAwareResources = [
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "Widget" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" },
  { apiVersion: "example.test/v1", kind: "Widget" },
];
const failure = (text: string) => ({ error: `Callback evaluation failure: ${text}` });

const Listed = v.object({
  answer: v.object({
    items: v.array(v.object({ metadata: v.object({ namespace: v.optional(v.string()), name: v.string() }) })),
  }),
});

/** The names of what was listed, with their namespaces. */
function namesOf(answer: unknown): string[] {
  const { items } = v.parse(Listed, answer).answer;
  return items.map(({ metadata: { namespace = "", name } }) => `${namespace}/${name}`).toSorted();
}

describe.skipIf(requires("kubernetes").skip)("host calls on a real cluster", () => {
  let plane: ControlPlane;
  let relayed: RelayedPlane;
  let shop: Shop;
  let host: ReturnType<typeof connectHost>;
  const policy = (serve = host.serve) => testPolicy({ contextAwareResources, serve });
  beforeAll(async () => {
    plane = await controlPlane();
    relayed = await relayPlane(plane);
    shop = await openShop(plane);
    host = connectHost({ access: relayed.access() });
  });
  afterAll(async () => {
    await host?.[Symbol.asyncDispose]();
    await relayed?.[Symbol.asyncDispose]();
  });

  /** A request of a list in the shop, and what it is to find. */
  const lists: [string, (shop: Shop) => object, (shop: Shop) => string[]][] = [
    [
      "all of a namespace",
      ({ front }) => ({ ...configMaps, namespace: front }),
      ({ front }) => [`${front}/db`, `${front}/web`],
    ],
    [
      "those of a label in a namespace",
      ({ front }) => ({ ...configMaps, namespace: front, label_selector: "app=web", field_selector: null }),
      ({ front }) => [`${front}/web`],
    ],
    [
      "those of a field in a namespace",
      ({ front }) => ({ ...configMaps, namespace: front, field_selector: "metadata.name!=web" }),
      ({ front }) => [`${front}/db`],
    ],
    [
      "those of a label everywhere",
      ({ suite }) => ({ ...configMaps, label_selector: suite }),
      ({ front, back }) => [`${front}/db`, `${front}/web`, `${back}/web`].toSorted(),
    ],
    [
      "those of labels and a field everywhere",
      ({ suite }) => ({
        ...configMaps,
        label_selector: `${suite},app in (web, db)`,
        field_selector: "metadata.name=web",
      }),
      ({ front, back }) => [`${front}/web`, `${back}/web`].toSorted(),
    ],
    [
      "those of another group",
      ({ suite }) => ({ ...deployments, label_selector: suite }),
      ({ front }) => [`${front}/web`],
    ],
    [
      "those of a kind without namespaces",
      ({ back }) => ({ ...namespaces, field_selector: `metadata.name=${back}` }),
      ({ back }) => [`/${back}`],
    ],
    [
      "none where there are none",
      ({ front }) => ({ ...configMaps, namespace: front, label_selector: "app=none" }),
      () => [],
    ],
  ];
  it.each(lists)("policy-runtime 35, 42: lists %s", async (_row, request, names) => {
    const payload = request(shop);
    const path = "namespace" in payload ? "list_resources_by_namespace" : "list_resources_all";
    expect(namesOf(await policy().ask(`kubernetes/${path}`, payload))).toEqual(names(shop));
  });

  it("policy-runtime 36, 42: objects of lists have their kind, no managed fields, and what the masks keep", async () => {
    const { front: namespace } = shop;
    const whole = { ...configMaps, namespace, label_selector: "app=web" };
    const list = (payload: object) => policy().ask("kubernetes/list_resources_by_namespace", payload);
    const metadata = {
      name: "web",
      namespace,
      labels: { app: "web", suite: namespace },
      annotations: { owner: "shop" },
      managedFields: [],
      uid: expect.any(String),
      resourceVersion: expect.any(String),
      creationTimestamp: expect.any(String),
    };
    const item = { apiVersion: "v1", kind: "ConfigMap", metadata };
    const listOf = (items: object[]) => ({
      answer: { apiVersion: "v1", kind: "ConfigMapList", metadata: {}, items },
    });
    expect(await list(whole)).toEqual(listOf([{ ...item, data: { color: "blue", size: "big" } }]));
    expect(await list({ ...whole, field_masks: ["data.color", "nothing"] })).toEqual(
      listOf([{ ...item, data: { color: "blue" } }]),
    );
    expect(await list({ ...whole, field_masks: ["metadata.name"] })).toEqual(listOf([item]));
  });

  it("policy-runtime 36: masks go through arrays", async () => {
    const payload = { ...deployments, namespace: shop.front, name: "web", disable_cache: true };
    const masks = { field_masks: ["spec.template.spec.containers.image"] };
    expect(await policy().ask("kubernetes/get_resource", { ...payload, ...masks })).toEqual({
      answer: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: expect.objectContaining({ name: "web" }),
        spec: { template: { spec: { containers: [{ image: "registry.test/web:1" }] } } },
      },
    });
  });

  it("policy-runtime 42: a list follows creation, change and deletion", async () => {
    const namespace = await plane.createNamespace();
    const folder = folderOf("ConfigMap", namespace);
    const { ask } = policy();
    const list = () => ask("kubernetes/list_resources_by_namespace", { ...configMaps, namespace });
    expect(namesOf(await list())).toEqual([]);
    await plane.admin.create(folder, { metadata: { name: "late" }, data: { n: "1" } });
    await vi.waitFor(async () => expect(namesOf(await list())).toEqual([`${namespace}/late`]), 10_000);
    await plane.admin.patch(`${folder}/late`, { data: { n: "2" } });
    await vi.waitFor(async () => {
      expect(await list()).toMatchObject({ answer: { items: [{ data: { n: "2" } }] } });
    }, 10_000);
    await plane.admin.delete(`${folder}/late`);
    await vi.waitFor(async () => expect(namesOf(await list())).toEqual([]), 10_000);
  });

  it("policy-runtime 42, 44: a list is read once, whoever asks and how often", async () => {
    const namespace = await plane.createNamespace();
    const asked = new RegExp(`^${folderOf("ConfigMap", namespace)}\\?`);
    const payload = { ...configMaps, namespace };
    const asking = Array.from({ length: 50 }, () =>
      policy().ask("kubernetes/list_resources_by_namespace", payload),
    );
    const empty = { answer: expect.objectContaining({ items: [] }) };
    expect(await Promise.all(asking)).toEqual(asking.map(() => empty));
    expect(await policy().ask("kubernetes/list_resources_by_namespace", payload)).toEqual(empty);
    expect(relayed.relay.requests.filter(({ path }) => asked.test(path))).toEqual([
      { method: "GET", path: expect.not.stringContaining("watch=") },
      { method: "GET", path: expect.stringContaining("watch=") },
    ]);
  });

  it("policy-runtime 35: gets an object with one request in 5 s, unless the policy wants none kept", async () => {
    const clock = standingClock();
    await using kept = connectHost({ access: relayed.access(), clock });
    const { front: namespace } = shop;
    const path = `${folderOf("ConfigMap", namespace)}/web`;
    const get = (more: object) =>
      policy(kept.serve).ask("kubernetes/get_resource", {
        ...{ ...configMaps, namespace, name: "web", disable_cache: false },
        ...more,
      });
    const requests = () => relayed.relay.count("GET", new RegExp(`^${path}$`));
    const stored = await plane.admin.get(path);
    expect(await get({})).toEqual({ answer: stored });
    expect(await get({ field_masks: ["data.size"] })).toMatchObject({
      answer: { metadata: { name: "web" }, data: { size: "big" } },
    });
    expect(requests()).toBe(1);
    expect(await get({ disable_cache: true })).toEqual({ answer: stored });
    expect(await get({ disable_cache: true })).toEqual({ answer: stored });
    expect(requests()).toBe(3);
    expect(await get({})).toEqual({ answer: stored });
    expect(requests()).toBe(3);
    clock.nowMs += 5000;
    expect(await get({})).toEqual({ answer: stored });
    expect(requests()).toBe(4);
  });

  it("policy-runtime 35: gets an object of a kind without namespaces, with and without one", async () => {
    for (const namespace of [undefined, null, "anywhere"]) {
      const payload = { ...namespaces, name: shop.front, namespace, disable_cache: false };
      expect(await policy().ask("kubernetes/get_resource", payload)).toMatchObject({
        answer: { kind: "Namespace", metadata: { name: shop.front, labels: { tier: "front" } } },
      });
    }
  });

  it("policy-runtime 34, 35: tells what somebody may do, with one request in 5 s", async () => {
    const clock = standingClock();
    await using kept = connectHost({ access: relayed.access(), clock });
    const { front: namespace } = shop;
    const rule = { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] };
    const { username: user } = await plane.createServiceAccount(namespace, { namespaced: [rule] });
    // No resource needs to be granted for this.
    const { ask } = testPolicy({ serve: kept.serve, now: clock.now });
    const can = (verb: string, more: object = {}, disable_cache = false) => {
      const resource_attributes = { verb, resource: "configmaps", group: "", namespace, ...more };
      const subject_access_review = { user, groups: [], resource_attributes };
      return ask("kubernetes/can_i", { subject_access_review, disable_cache });
    };
    const reviews = () => relayed.relay.count("POST", /subjectaccessreviews$/);
    expect(reviews()).toBe(0);
    expect(await can("get")).toEqual({
      answer: { allowed: true, reason: expect.stringContaining("RBAC: allowed by RoleBinding") },
    });
    expect(await can("delete")).toEqual({ answer: { allowed: false } });
    expect(await can("get", { namespace: shop.back })).toEqual({ answer: { allowed: false } });
    expect(reviews()).toBe(3);
    for (let round = 0; round < 2; round++)
      expect(await can("delete")).toEqual({ answer: { allowed: false } });
    expect(reviews()).toBe(3);
    expect(await can("delete", {}, true)).toEqual({ answer: { allowed: false } });
    expect(reviews()).toBe(4);
    clock.nowMs += 5000;
    expect(await can("delete")).toEqual({ answer: { allowed: false } });
    expect(reviews()).toBe(5);
  });

  it.each([
    ["v1", "Endpoints", "endpoints"],
    ["v1", "Namespace", "namespaces"],
    ["networking.k8s.io/v1", "NetworkPolicy", "networkpolicies"],
    ["apps/v1", "Deployment", "deployments"],
  ])("policy-runtime 46: knows the plural name of %s %s", async (api_version, kind, plural) => {
    const { bytes } = await host.serve("kubernetes/resource_plural_name", { api_version, kind });
    expect(Buffer.from(bytes ?? []).toString()).toBe(JSON.stringify(plural));
  });

  it("policy-runtime 46: knows whether a list has changed since it was read", async () => {
    // A kind that nobody else touches.
    const path = "/apis/storage.k8s.io/v1/storageclasses";
    const resource = { api_version: "storage.k8s.io/v1", kind: "StorageClass" };
    const changedSince = async (since_ms: number) => {
      const { bytes } = await host.serve("kubernetes/list_resources_all_changed_since", {
        ...resource,
        since_ms,
      });
      return JSON.parse(Buffer.from(bytes ?? []).toString());
    };
    expect(await changedSince(systemClock.now())).toBe(true);
    await host.serve("kubernetes/list_resources_all", resource);
    await vi.waitFor(async () => expect(await changedSince(systemClock.now())).toBe(false), 10_000);
    const beforeMs = systemClock.now();
    await plane.admin.create(path, { metadata: { name: shop.front }, provisioner: "none.test" });
    await vi.waitFor(async () => expect(await changedSince(beforeMs)).toBe(true), 10_000);
    await plane.admin.delete(`${path}/${shop.front}`);
  });

  it.each<[string, string, object, string]>([
    [
      "an unknown kind",
      "list_resources_all",
      { ...namespaces, kind: "Widget" },
      "Cannot find resource v1/Widget",
    ],
    [
      "an unknown kind that one object is of",
      "get_resource",
      { api_version: "v1", kind: "Widget", name: "w", disable_cache: false },
      "Cannot find resource v1/Widget",
    ],
    [
      "an unknown group",
      "list_resources_all",
      { api_version: "example.test/v1", kind: "Widget" },
      "error finding resource example.test/v1 / Widget: the API server answered with HTTP status 404: 404 page not found",
    ],
    [
      "a namespace of a kind that has none",
      "list_resources_by_namespace",
      { ...namespaces, namespace: "default" },
      "resource v1/Namespace is cluster wide. Cannot search for it inside of a namespace",
    ],
    [
      "an object of a namespace without one",
      "get_resource",
      { ...configMaps, name: "web", disable_cache: false },
      "Resource v1/ConfigMap is namespaced, but no namespace was provided",
    ],
    [
      "an object that is not there",
      "get_resource",
      { ...configMaps, name: "none", namespace: "default", disable_cache: false },
      `Cannot find v1/ConfigMap named 'none' inside of namespace 'Some("default")'`,
    ],
    [
      "an object without a namespace that is not there",
      "get_resource",
      { ...namespaces, name: "none", disable_cache: false },
      "Cannot find v1/Namespace named 'none' inside of namespace 'None'",
    ],
    [
      "a label selector that is none",
      "list_resources_all",
      { ...configMaps, label_selector: "a in (" },
      "unable to parse requirement: found '', expected: ',', ')' or identifier",
    ],
    [
      "a field selector that is none",
      "list_resources_all",
      { ...configMaps, field_selector: "spec.x=1" },
      '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
  ])("policy-runtime 35: refuses %s", async (_row, operation, payload, text) => {
    for (let round = 0; round < 2; round++) {
      expect(await policy().ask(`kubernetes/${operation}`, payload)).toEqual(failure(text));
    }
  });

  it("policy-runtime 34: refuses what was not granted, and asks nobody", async () => {
    const before = relayed.relay.requests.length;
    const { ask } = policy();
    const secrets = { api_version: "v1", kind: "Secret" };
    const denied =
      "Policy has not been granted access to Kubernetes v1/Secret resources. The violation has been reported.";
    const get = { ...secrets, name: "s", namespace: "default", disable_cache: true };
    for (const [operation, payload] of [
      ["list_resources_all", secrets],
      ["list_resources_by_namespace", { ...secrets, namespace: "default" }],
      ["get_resource", get],
    ] as const) {
      expect(await ask(`kubernetes/${operation}`, payload)).toEqual({ error: denied });
    }
    expect(relayed.relay.requests.length).toBe(before);
  });

  it("policy-server 31: has no answer without a cluster", async () => {
    await using nowhere = connectHost();
    const { ask } = policy(nowhere.serve);
    const none = failure("kube::Client was not initialized properly");
    expect(await ask("kubernetes/list_resources_all", configMaps)).toEqual(none);
    expect(await ask("kubernetes/get_resource", { ...namespaces, name: "n", disable_cache: true })).toEqual(
      none,
    );
  });
});
