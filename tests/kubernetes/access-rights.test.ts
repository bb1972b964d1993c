import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { connectHost } from "../support/connected-host.ts";
import { requires } from "../support/requirements.ts";
import { type ControlPlane, controlPlane } from "./control-plane.ts";
import { type RelayedPlane, relayPlane } from "./relayed-plane.ts";
import { folderOf, openShop, type Shop } from "./shop.ts";

const configMaps = { api_version: "v1", kind: "ConfigMap" };
const contextAwareResources = [{ apiVersion: "v1", kind: "ConfigMap" }];
const web = { ...configMaps, name: "web", disable_cache: true };

describe.skipIf(requires("kubernetes").skip)("an account without the rights a policy needs", () => {
  let plane: ControlPlane;
  let relayed: RelayedPlane;
  let shop: Shop;
  beforeAll(async () => {
    plane = await controlPlane();
    relayed = await relayPlane(plane);
    shop = await openShop(plane);
  });
  afterAll(() => relayed?.[Symbol.asyncDispose]());

  /** Asks as an account that may do with ConfigMaps of the shop what the verbs say, and of nothing else. */
  async function asking(verbs: string[]) {
    const rule = { apiGroups: [""], resources: ["configmaps"], verbs };
    const namespaced = verbs.length > 0 ? [rule] : [];
    const account = await plane.createServiceAccount(shop.front, { namespaced });
    const host = connectHost({ access: relayed.access(account.token) });
    const { ask, dispatcher } = testPolicy({ contextAwareResources, serve: host.serve });
    return { ...account, ask, dispatcher, [Symbol.asyncDispose]: () => host[Symbol.asyncDispose]() };
  }

  const refusal = (what: string, username: string, verb: string, where: string) => ({
    error: `Callback evaluation failure: ${what} is forbidden: User "${username}" cannot ${verb} resource "configmaps" in API group "" ${where}`,
  });

  it("policy-runtime 43: that may not list is told so with the first request, and the same thing then", async () => {
    await using account = await asking(["get", "watch"]);
    const payload = { ...configMaps, namespace: shop.front, label_selector: "app=nobody-else" };
    const refused = refusal("configmaps", account.username, "list", `in the namespace "${shop.front}"`);
    for (let round = 0; round < 3; round++) {
      expect(await account.ask("kubernetes/list_resources_by_namespace", payload)).toEqual(refused);
    }
    expect(relayed.relay.count("GET", /configmaps\?.*nobody-else/)).toBe(1);
  });

  it("policy-runtime 43: that may list in one namespace may not list everywhere", async () => {
    await using account = await asking(["get", "list", "watch"]);
    expect(await account.ask("kubernetes/list_resources_all", configMaps)).toEqual(
      refusal("configmaps", account.username, "list", "at the cluster scope"),
    );
    const payload = { ...configMaps, namespace: shop.front };
    expect(await account.ask("kubernetes/list_resources_by_namespace", payload)).toMatchObject({
      answer: { items: [{ metadata: { name: "db" } }, { metadata: { name: "web" } }] },
    });
  });

  it("policy-runtime 43: that may not watch gets no list that would grow old", async () => {
    await using account = await asking(["get", "list"]);
    const payload = { ...configMaps, namespace: shop.front };
    const refused = refusal("configmaps", account.username, "watch", `in the namespace "${shop.front}"`);
    for (let round = 0; round < 2; round++) {
      expect(await account.ask("kubernetes/list_resources_by_namespace", payload)).toEqual(refused);
    }
  });

  it("policy-runtime 43: that may not get hears nothing of what is there and what is not", async () => {
    await using account = await asking(["list", "watch"]);
    for (const name of ["web", "none"]) {
      const payload = { ...web, name, namespace: shop.front };
      expect(await account.ask("kubernetes/get_resource", payload)).toEqual(
        refusal(`configmaps "${name}"`, account.username, "get", `in the namespace "${shop.front}"`),
      );
    }
    expect(relayed.relay.count("GET", new RegExp(`^${folderOf("ConfigMap", shop.front)}/none$`))).toBe(1);
  });

  it("policy-runtime 35: that may not ask what others may do is told so", async () => {
    await using account = await asking([]);
    const resource_attributes = { verb: "get", resource: "pods" };
    const subject_access_review = { user: "jane", groups: [], resource_attributes };
    const payload = { subject_access_review, disable_cache: false };
    expect(await account.ask("kubernetes/can_i", payload)).toEqual({
      error: `Callback evaluation failure: subjectaccessreviews.authorization.k8s.io is forbidden: User "${account.username}" cannot create resource "subjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope`,
    });
  });

  it.each(["opa", "gatekeeper"] as const)(
    "policy-runtime 43, 46: has no inventory in the layout of %s rather than an empty one",
    async (layout) => {
      await using account = await asking(["get", "list", "watch"]);
      await expect(account.dispatcher.inventory(layout)).rejects.toThrow(
        refusal("configmaps", account.username, "list", "at the cluster scope").error,
      );
    },
  );

  it("policy-runtime 43: that nobody knows has no answer", async () => {
    await using host = connectHost({ access: relayed.access("unknown") });
    const { ask } = testPolicy({ contextAwareResources, serve: host.serve });
    const payload = { ...configMaps, namespace: shop.front };
    for (const [operation, asked] of [
      ["list_resources_by_namespace", payload],
      ["get_resource", { ...web, namespace: shop.front }],
    ] as const) {
      expect(await ask(`kubernetes/${operation}`, asked)).toEqual({
        error: "Callback evaluation failure: error finding resource v1 / ConfigMap: Unauthorized",
      });
    }
  });

  it("policy-runtime 43: gets its answers as soon as it has the rights", async () => {
    await using account = await asking([]);
    const payload = { ...web, namespace: shop.front };
    expect(await account.ask("kubernetes/get_resource", payload)).toHaveProperty("error");
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${shop.front}`;
    const metadata = { name: `late-${account.name}` };
    await plane.admin.create(`${rbac}/roles`, {
      metadata,
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }],
    });
    await plane.admin.create(`${rbac}/rolebindings`, {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account.name, namespace: shop.front }],
    });
    await expect
      .poll(() => account.ask("kubernetes/get_resource", payload), { timeout: 10_000 })
      .toMatchObject({ answer: { metadata: { name: "web" } } });
  });
});
