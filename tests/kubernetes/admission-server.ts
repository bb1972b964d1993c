import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { controllerWebhookConfigurations } from "@kubewarden-ts/api/crds";
import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient, createObjectClient } from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import { openServerTls } from "@kubewarden-ts/x509/tls";
import { admissionContext } from "../../apps/controller/src/admission/testing/reviews.ts";
import { startWebhookServer } from "../../apps/controller/src/admission/webhook-server.ts";
import { createAuthority } from "../support/authority.ts";
import type { ControlPlane } from "./control-plane.ts";
import { createWebhookService } from "./webhook-service.ts";

const configurations = "/apis/admissionregistration.k8s.io/v1";

/** The label that the webhooks of a test look for: the API server is everybody's. */
export const testLabel = "kubewarden-ts-test";

/**
 * Has a control plane ask the controller's webhooks, as it does in a cluster, about the objects that bear the namespace in
 * {@link testLabel}. The namespace is that of the policy servers too.
 */
export async function serveAdmission(plane: ControlPlane, namespace: string): Promise<AsyncDisposable> {
  await using cleanUp = new AsyncDisposableStack();
  const access = staticAccess(plane.url, { token: plane.adminToken, tls: { ca: plane.ca } });
  const client = createKubeClient(access, { log: silentLogger, userAgent: "tests" });
  cleanUp.use(client);
  const folder = await mkdtemp(join(tmpdir(), "admission-"));
  cleanUp.defer(() => rm(folder, { recursive: true }));
  const authority = await createAuthority();
  const { cert, key } = await authority.issue({ commonName: "webhooks", dnsNames: [`*.${namespace}.svc`] });
  const files = { certFile: join(folder, "tls.crt"), keyFile: join(folder, "tls.key"), clientCaFiles: [] };
  await Promise.all([writeFile(files.certFile, cert), writeFile(files.keyFile, key)]);
  const { config, ...context } = admissionContext();
  const server = await startWebhookServer({
    ...{ host: "127.0.0.1", port: 0, log: silentLogger },
    certificates: await openServerTls(files, silentLogger),
    context: {
      ...context,
      config: { ...config, deploymentsNamespace: namespace },
      objects: createObjectClient(client),
    },
  });
  cleanUp.use(server);
  await configure(plane, { namespace, port: server.port, ca: authority.cert, cleanUp });
  return cleanUp.move();
}

interface Configured {
  readonly namespace: string;
  readonly port: number;
  readonly ca: string;
  readonly cleanUp: AsyncDisposableStack;
}

/** The controller's own configurations under other names, for the objects of the test alone. */
async function configure(plane: ControlPlane, { namespace, port, ca, cleanUp }: Configured): Promise<void> {
  const { service } = await createWebhookService(plane.admin, { namespace, port });
  const caBundle = Buffer.from(ca).toString("base64");
  const objectSelector = { matchLabels: { [testLabel]: namespace } };
  for (const configuration of controllerWebhookConfigurations({
    ...{ namespace, serviceName: service.name, caBundle, port: service.port },
  })) {
    const path = `${configurations}/${configuration.kind.toLowerCase()}s`;
    const name = `${namespace}-${configuration.kind.toLowerCase()}`;
    await plane.admin.create(path, {
      ...configuration,
      metadata: { name },
      webhooks: configuration.webhooks.map((webhook) => ({ ...webhook, objectSelector })),
    });
    cleanUp.defer(async () => void (await plane.admin.delete(`${path}/${name}`)));
  }
}
