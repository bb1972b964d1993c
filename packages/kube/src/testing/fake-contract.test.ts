import { createFakeApiServer } from "./fake-api-server.ts";
import { controllerKinds } from "./fake-kinds.ts";
import { type ContractCluster, kubeContract } from "./kube-contract.ts";
import { staticAccess } from "./static-access.ts";

kubeContract("the fake", openFake);

async function openFake(): Promise<ContractCluster> {
  const server = await createFakeApiServer({
    kinds: controllerKinds,
    authorize({ headers, path }) {
      if (headers.authorization === "Bearer admin") return undefined;
      if (headers.authorization !== "Bearer powerless") return 401;
      return /^\/api(?:s\/[^/]+)?\/v1$/.test(path) ? undefined : 403;
    },
  });
  server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "contract" } });
  server.decide = ({ groups }) => ({ allowed: Array.isArray(groups) && groups.includes("system:masters") });
  return {
    access: staticAccess(server.url, { token: "admin" }),
    powerless: staticAccess(server.url, { token: "powerless" }),
    stranger: staticAccess(server.url, { token: "unknown" }),
    namespace: "contract",
    put: async (object) => server.put(object),
    remove: async (object) => server.remove(object),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
