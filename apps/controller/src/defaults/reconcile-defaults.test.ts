import type { ConfigMap } from "@kubewarden-ts/api/core";
import { admissionPolicies, policyServers } from "@kubewarden-ts/api/policies";
import { describe, expect, it } from "vitest";
import { fakeClusterContext, namespace } from "../testing/fake-cluster-context.ts";
import { reconcileDefaults } from "./reconcile-defaults.ts";

const signal = new AbortController().signal;
const apiVersion = "policies.kubewarden.io/v1";
const server = {
  apiVersion,
  kind: "PolicyServer",
  metadata: { name: "default" },
  spec: { image: "i", replicas: 1 },
};
const policy = {
  apiVersion,
  kind: "AdmissionPolicy",
  metadata: { name: "psp", namespace: "web", labels: { team: "a" } },
  spec: { module: "m", mutating: false, rules: [], policyServer: "default" },
};

function configMap(data: Record<string, unknown>): ConfigMap {
  const texts = Object.entries(data).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const metadata = { name: "kubewarden-defaults", namespace };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: Object.fromEntries(texts) };
}

async function applied(data: Record<string, unknown>) {
  const cluster = await fakeClusterContext();
  const pass = async (next?: ConfigMap) => {
    if (next !== undefined) cluster.server.put(next);
    await cluster.caughtUp();
    await reconcileDefaults(cluster.context, "kubewarden-defaults", signal);
    await cluster.caughtUp();
  };
  await pass(configMap(data));
  const names = () =>
    [policyServers, admissionPolicies].flatMap((type) =>
      cluster.server.stored(type).map(({ metadata }) => metadata.name),
    );
  return { ...cluster, pass, names };
}

describe("objects that are applied by default", () => {
  it("are there with the label of their origin, and not written again", async () => {
    await using cluster = await applied({ a: server, b: policy });
    expect(cluster.names()).toEqual(["default", "psp"]);
    expect(cluster.server.stored(admissionPolicies)).toMatchObject([
      {
        metadata: { labels: { team: "a", "kubewarden.io/managed-by": "kubewarden-controller-defaults" } },
        spec: policy.spec,
      },
    ]);
    const writes = cluster.writes();
    expect(writes).toHaveLength(2);
    await cluster.pass();
    expect(cluster.writes()).toEqual(writes);
  });

  it("are taken over when somebody else made them", async () => {
    await using cluster = await applied({});
    cluster.server.put({ ...server, spec: { image: "other", replicas: 3, env: [] } });
    await cluster.pass(configMap({ a: server }));
    expect(cluster.server.stored(policyServers)).toMatchObject([
      { spec: { image: "i", replicas: 1, env: [] } },
    ]);
  });

  it("come back as they were when somebody changes or deletes them", async () => {
    await using cluster = await applied({ a: server, b: policy });
    const [stored] = cluster.server.stored(policyServers);
    cluster.server.put({
      ...stored,
      ...server,
      metadata: stored?.metadata ?? server.metadata,
      spec: { image: "x", replicas: 1 },
    });
    cluster.server.remove(policy);
    await cluster.pass();
    expect(cluster.names()).toEqual(["default", "psp"]);
    expect(cluster.server.stored(policyServers)).toMatchObject([{ spec: { image: "i" } }]);
  });

  it("are applied again when a field is taken out of the ConfigMap", async () => {
    await using cluster = await applied({ a: { ...server, spec: { ...server.spec, env: [] } } });
    const before = cluster.writes().length;
    await cluster.pass(configMap({ a: server }));
    expect(cluster.writes()).toHaveLength(before + 1);
  });

  it("go when they are listed no more, and all of them with the ConfigMap; those of users stay", async () => {
    await using cluster = await applied({ a: server, b: policy });
    cluster.server.put({ ...policy, metadata: { name: "of-a-user", namespace: "web" } });
    await cluster.pass(configMap({ a: server }));
    expect(cluster.names()).toEqual(["default", "of-a-user"]);
    cluster.server.remove(configMap({}) as never);
    await cluster.pass();
    expect(cluster.names()).toEqual(["of-a-user"]);
  });

  it("stay while something in the ConfigMap cannot be read", async () => {
    await using cluster = await applied({ a: server, b: policy });
    await cluster.pass(configMap({ a: server, b: "apiVersion: [" }));
    expect(cluster.names()).toEqual(["default", "psp"]);
    expect(cluster.lines.filter(({ level }) => level === "error")).toMatchObject([
      {
        message: "a default cannot be applied",
        fields: { problem: expect.stringMatching(/^b, document 1: /) },
      },
    ]);
  });

  it("are written although another one is refused, which is told", async () => {
    await using cluster = await applied({});
    const body = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      message: "no",
      reason: "Invalid",
      code: 422,
    };
    cluster.server.answer({ method: "PATCH", path: /policyservers/ }, { status: 422, body });
    await expect(cluster.pass(configMap({ a: server, b: policy }))).rejects.toThrow(
      "cannot apply defaults: no",
    );
    await cluster.caughtUp();
    expect(cluster.names()).toEqual(["psp"]);
  });
});
