import { describe, expect, it } from "vitest";
import { testPolicy } from "../../fixtures/host.ts";
import type { Cluster } from "../cluster.ts";
import { HostCallError } from "../errors.ts";

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const decode = ({ bytes }: { bytes: Uint8Array }): unknown => JSON.parse(new TextDecoder().decode(bytes));
const object = (name: string, namespace?: string) => ({
  apiVersion: "v1",
  metadata: { name, ...(namespace !== undefined && { namespace }) },
});

const resources = [
  { apiVersion: "v1", kind: "Namespace", plural: "namespaces", items: [object("default"), object("team-a")] },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    plural: "deployments",
    items: [object("web", "team-a"), object("web", "default"), object("__proto__", "default")],
  },
];

/** A cluster with these resources; `changes.version` counts what happened in it. */
function cluster(asked: string[], changes = { version: 1 }, of = resources): Cluster {
  const find = ({ apiVersion, kind }: { apiVersion: string; kind: string }) =>
    of.find((resource) => resource.apiVersion === apiVersion && resource.kind === kind)!;
  const unused = () => Promise.reject(new Error("not asked for"));
  return {
    async list(resource) {
      asked.push(`list ${resource.kind}`);
      return {
        bytes: encode({ kind: "List", items: find(resource).items }),
        version: changes.version,
        asOfMs: 7,
        stamp: undefined,
      };
    },
    async hasChangedSince(resource) {
      asked.push(`changed ${resource.kind}`);
      return changes.version > 1;
    },
    async pluralName(resource) {
      asked.push(`plural ${resource.kind}`);
      return find(resource).plural;
    },
    get: unused,
    canI: unused,
  };
}

function policyOver(connected: Cluster, patterns: readonly string[] = ["*"], namespaced = false) {
  const contextAwareResources = resources.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  return testPolicy({ contextAwareResources, patterns, namespaced }, { cluster: connected }).dispatcher;
}

describe("the inventory of a Rego policy", () => {
  it("policy-runtime 46: has OPA's layout", async () => {
    const asked: string[] = [];
    const { inventory } = policyOver(cluster(asked));
    expect(decode(await inventory("opa"))).toEqual({
      deployments: {
        default: { web: object("web", "default"), ["__proto__"]: object("__proto__", "default") },
        "team-a": { web: object("web", "team-a") },
      },
      namespaces: { default: object("default"), "team-a": object("team-a") },
    });
    expect(asked.toSorted()).toEqual([
      "list Deployment",
      "list Namespace",
      "plural Deployment",
      "plural Namespace",
    ]);
  });

  it("policy-runtime 46: has Gatekeeper's layout", async () => {
    const { inventory } = policyOver(cluster([]));
    expect(decode(await inventory("gatekeeper"))).toEqual({
      cluster: { v1: { Namespace: { default: object("default"), "team-a": object("team-a") } } },
      namespace: {
        default: {
          "apps/v1": {
            Deployment: { web: object("web", "default"), ["__proto__"]: object("__proto__", "default") },
          },
        },
        "team-a": { "apps/v1": { Deployment: { web: object("web", "team-a") } } },
      },
    });
  });

  it.each(["opa", "gatekeeper"] as const)(
    "policy-runtime 46: of %s follows the cluster, and is the same as long as the cluster is",
    async (layout) => {
      const changes = { version: 1 };
      const asked: string[] = [];
      const { inventory } = policyOver(cluster(asked, changes));
      const first = await inventory(layout);
      expect(await inventory(layout, first)).toBe(first);
      expect(asked.includes("changed Namespace")).toBe(layout === "gatekeeper");
      changes.version = 2;
      expect(await inventory(layout, first)).not.toBe(first);
    },
  );

  it("keeps numbers and keys as the cluster has them", async () => {
    const list = '{"items":[{"metadata":{"name":"a","\\u0061":1},"big":9007199254740993,"one":1.0}]}';
    const connected = {
      ...cluster([]),
      list: async () => ({ bytes: new TextEncoder().encode(list), version: 1, asOfMs: 7, stamp: undefined }),
    };
    const { bytes } = await policyOver(connected).inventory("gatekeeper");
    expect(new TextDecoder().decode(bytes)).toContain('"big":9007199254740993,"one":1.0');
  });

  it.each<[string, unknown, string]>([
    ["an object without a name", { items: [{ metadata: {} }] }, "DynamicObject does not have a name"],
    ["an object without metadata", { items: [{}] }, "DynamicObject does not have a name"],
    [
      "objects with and without namespace",
      { items: [object("a", "n"), object("b")] },
      "trying to add a clusterwide resource to a list of namespaced resources",
    ],
    [
      "objects without and with namespace",
      { items: [object("b"), object("a", "n")] },
      "trying to add a namespaced resource to a list of clusterwide resources",
    ],
    ["a list without items", { kind: "List" }, "a list without items"],
  ])("refuses %s", async (_what, list, message) => {
    const connected = {
      ...cluster([]),
      list: async () => ({ bytes: encode(list), version: 1, asOfMs: 7, stamp: undefined }),
    };
    await expect(policyOver(connected).inventory("opa")).rejects.toThrow(message);
  });

  it("needs plural names", async () => {
    const connected = { ...cluster([]), pluralName: async () => "" };
    await expect(policyOver(connected).inventory("opa")).rejects.toThrow(
      "cannot find plural name for resource apps/v1/Deployment",
    );
  });

  it.each<[string, readonly string[], boolean, string]>([
    [
      "the capability",
      ["kubernetes/get_resource"],
      false,
      "the 'kubernetes/list_resources_all' host capability",
    ],
    ["every capability", [], false, "the 'kubernetes/list_resources_all' host capability"],
    ["a policy of the cluster", ["*"], true, "Kubernetes v1/Namespace resources"],
  ])("needs %s", async (_what, patterns, namespaced, denied) => {
    const asked: string[] = [];
    const { inventory } = policyOver(cluster(asked), patterns, namespaced);
    const reading = async () => inventory("opa");
    await expect(reading()).rejects.toThrow(
      new HostCallError(`Policy has not been granted access to ${denied}. The violation has been reported.`, {
        code: "HOST_CALL_DENIED",
      }),
    );
    expect(asked).toEqual([]);
  });

  it("fails when a list cannot be had", async () => {
    const connected = { ...cluster([]), list: () => Promise.reject(new Error("pods is forbidden")) };
    await expect(policyOver(connected).inventory("opa")).rejects.toThrow(
      "Callback evaluation failure: pods is forbidden",
    );
  });
});
