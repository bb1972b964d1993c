import type { ControlPlane } from "./control-plane.ts";

/** Two namespaces with a few objects, made for one test file; all of them carry the label `suite`. */
export interface Shop {
  /** has the ConfigMaps `web` and `db`, the Service and the Deployment `web` */
  readonly front: string;
  /** has the ConfigMap `web` */
  readonly back: string;
  /** selects what was made here */
  readonly suite: string;
}

/** The folder of objects of a built-in kind in the API. */
export function folderOf(kind: "ConfigMap" | "Service" | "Deployment", namespace: string): string {
  switch (kind) {
    case "ConfigMap":
      return `/api/v1/namespaces/${namespace}/configmaps`;
    case "Service":
      return `/api/v1/namespaces/${namespace}/services`;
    case "Deployment":
      return `/apis/apps/v1/namespaces/${namespace}/deployments`;
  }
}

/** Fills a cluster with what policies can be asked about. */
export async function openShop({ admin, createNamespace }: ControlPlane): Promise<Shop> {
  const front = await createNamespace({ tier: "front" });
  const back = await createNamespace({ tier: "back" });
  const metadata = (name: string, app = name) => ({
    name,
    labels: { suite: front, app },
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}", owner: "shop" },
  });
  const configMap = (namespace: string, name: string, data: Record<string, string>) =>
    admin.create(folderOf("ConfigMap", namespace), { metadata: metadata(name), data });
  const container = { name: "web", image: "registry.test/web:1" };
  await Promise.all([
    configMap(front, "web", { color: "blue", size: "big" }),
    configMap(front, "db", { color: "red" }),
    configMap(back, "web", { color: "green" }),
    admin.create(folderOf("Service", front), { metadata: metadata("web"), spec: { ports: [{ port: 80 }] } }),
    admin.create(folderOf("Deployment", front), {
      metadata: metadata("web"),
      spec: {
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } },
      },
    }),
  ]);
  return { front, back, suite: `suite=${front}` };
}
