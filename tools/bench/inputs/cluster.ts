import { silentLogger } from "@kubewarden-ts/base";
import { type ConnectedCapabilities, connectCapabilities } from "@kubewarden-ts/host-capabilities/connect";
import { createFakeApiServer, staticAccess } from "@kubewarden-ts/kube/testing";
import { anonymous, defaultSources } from "@kubewarden-ts/oci";

/** Host capabilities over an API server of our own that holds so many namespaces. */
export interface BenchCluster extends AsyncDisposable {
  readonly serve: ConnectedCapabilities["serve"];
}

export async function startBenchCluster(count: number): Promise<BenchCluster> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await createFakeApiServer());
  for (let index = 0; index < count; index++) server.put(namespace(index));
  const { serve } = stack.use(
    connectCapabilities({
      sources: defaultSources,
      credentials: anonymous,
      platform: { os: "linux", architecture: "amd64" },
      access: staticAccess(server.url),
      lookup: () => Promise.reject(new Error("no names here")),
      userAgent: "bench",
      log: silentLogger,
    }),
  );
  const opened = stack.move();
  return { serve, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function namespace(index: number) {
  const name = `ns-${index}`;
  const managedFields = [{ manager: "kubectl", operation: "Update", fieldsV1: { "f:metadata": {} } }];
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      resourceVersion: String(index),
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels: { "kubernetes.io/metadata.name": name, team: `team-${index % 50}` },
      annotations: { "example.com/owner": "somebody@example.com" },
      managedFields,
    },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}
