import { type FakeObject, staticAccess } from "@kubewarden-ts/kube/testing";
import { type ContractCluster, kubeContract } from "@kubewarden-ts/kube/testing/contract";
import { describe } from "vitest";
import { requires } from "../support/requirements.ts";
import { controlPlane } from "./control-plane.ts";

describe.skipIf(requires("kubernetes").skip)("a real API server keeps the contract", () => {
  kubeContract("kube-apiserver", openReal);
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
