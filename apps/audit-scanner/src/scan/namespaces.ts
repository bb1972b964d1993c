import { defineResource } from "@kubewarden-ts/api";
import { createObjectClient, KubeError } from "@kubewarden-ts/kube";
import { withName } from "./questions-about.ts";
import type { ScanContext, ScanOptions } from "./scan-context.ts";

const namespaceKind = defineResource(
  { apiVersion: "v1", kind: "Namespace", plural: "namespaces", namespaced: false },
  {},
);

/** A Namespace, as far as policies select by it. */
export interface ScannedNamespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a scan of all namespaces leaves out: what it is told to, and the namespace of the policy servers. */
export function ignoredNamespaces(
  options: Pick<ScanOptions, "ignoredNamespaces" | "kubewardenNamespace">,
): ReadonlySet<string> {
  return new Set([...options.ignoredNamespaces, options.kubewardenNamespace]);
}

/** All namespaces but the ignored ones (audit-and-reports.md 2.1). @throws {KubeError} */
export async function listNamespaces(
  { client, options }: Pick<ScanContext, "client" | "options">,
  signal: AbortSignal,
): Promise<readonly ScannedNamespace[]> {
  const ignored = [...ignoredNamespaces(options)];
  const fieldSelector = ignored.map((name) => `metadata.name!=${name}`).join(",") || undefined;
  const namespaces = await createObjectClient(client).list(namespaceKind, { fieldSelector, signal });
  return namespaces.map(({ metadata: { name, labels = {} } }) => ({ name, labels: withName(name, labels) }));
}

/** One namespace. @throws {KubeError} also when there is none */
export async function readNamespace(
  { client }: Pick<ScanContext, "client">,
  name: string,
  signal: AbortSignal,
): Promise<ScannedNamespace> {
  const namespace = await createObjectClient(client).get(namespaceKind, { name }, { signal });
  if (namespace === undefined) {
    throw new KubeError(`namespaces ${JSON.stringify(name)} not found`, { code: "KUBE_NOT_FOUND" });
  }
  return { name, labels: withName(name, namespace.metadata.labels ?? {}) };
}
