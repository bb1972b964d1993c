// A fake API server in a process of its own, so that its memory is not measured: `node serve-namespaces.ts <count>`.
import { createFakeApiServer } from "../fake-api-server.ts";
import type { FakeObject } from "../fake-cluster.ts";

/** A Namespace of about 1.8 KB, as a cluster with tenants holds it. */
function namespace(index: number): FakeObject {
  const name = `customer-${String(index).padStart(6, "0")}`;
  const labels = {
    "customer-id": String(index),
    "kubernetes.io/metadata.name": name,
    "pod-security.kubernetes.io/enforce": "restricted",
  };
  const annotations = { "example.test/contact": `team-${index % 100}@example.test` };
  const applied = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels, annotations } };
  const fields = Object.fromEntries(Object.keys(labels).map((key) => [`f:${key}`, {}]));
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      uid: crypto.randomUUID(),
      creationTimestamp: "2026-01-01T00:00:00Z",
      labels,
      annotations: {
        ...annotations,
        "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(applied),
      },
      managedFields: Array.from({ length: 2 }, (_, at) => ({
        manager: `manager-${at}`,
        operation: "Update",
        apiVersion: "v1",
        time: "2026-01-01T00:00:00Z",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:metadata": { "f:labels": fields, "f:annotations": { ".": {}, "f:contact": {} } } },
      })),
    },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active", conditions: [] },
  };
}

const server = await createFakeApiServer();
for (let index = 0; index < Number(process.argv[2]); index++) server.put(namespace(index));
server.put({ apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
process.stdout.write(`${server.url}\n`);
