import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient } from "@kubewarden-ts/kube";
import { type FakeObject, staticAccess } from "@kubewarden-ts/kube/testing";
import { type ContractCluster, kubeContract } from "@kubewarden-ts/kube/testing/contract";
import { describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { controlPlane } from "./control-plane.ts";

describe.skipIf(requires("kubernetes").skip)("a real API server keeps the contract", () => {
  kubeContract("kube-apiserver", openReal);

  it("sends metadata only of lists, objects and events where no more is asked for", async () => {
    await using cluster = await openReal();
    await using client = createKubeClient(cluster.access, { log: silentLogger, userAgent: "test" });
    const folder = `/api/v1/namespaces/${cluster.namespace}/configmaps`;
    const named = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "big" }, data: { a: "secret" } };
    await cluster.put(named);
    const text = ({ body }: { body: Uint8Array }) => Buffer.from(body).toString();
    const list = text(await client.get(folder, { metadataOnly: "list" }));
    const object = text(await client.get(`${folder}/big`, { metadataOnly: "object" }));
    const leaving = new AbortController();
    const query = { watch: true, resourceVersion: 0, fieldSelector: "metadata.name=big" };
    const events = await client.stream(folder, { query, metadataOnly: "object", signal: leaving.signal });
    let event = "";
    for await (const chunk of events) {
      event += Buffer.from(chunk).toString();
      if (event.endsWith("\n")) break;
    }
    for (const answer of [list, object, event]) {
      expect(answer).toContain('"name":"big"');
      expect(answer).not.toContain("secret");
    }
  });
});

async function openReal(): Promise<ContractCluster> {
  const { url, ca, admin, adminToken, ...plane } = await controlPlane();
  const namespace = await plane.createNamespace();
  const powerless = await plane.createServiceAccount(namespace);
  const access = (token: string) => staticAccess(url, { token, tls: { ca } });
  const folder = `/api/v1/namespaces/${namespace}/configmaps`;
  const pathOf = ({ metadata }: FakeObject) => `${folder}/${metadata.name}`;
  return {
    access: access(adminToken),
    powerless: access(powerless.token),
    stranger: access("unknown"),
    namespace,
    async put(object) {
      const replaced = await admin.request(pathOf(object), { method: "PUT", body: object });
      if (replaced.status === 404) await admin.create(folder, object);
      else if (replaced.status !== 200) throw new Error(JSON.stringify(replaced.body));
    },
    remove: async (object) => void (await admin.delete(pathOf(object))),
    async [Symbol.asyncDispose]() {},
  };
}
