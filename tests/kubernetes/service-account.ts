import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import type { ApiClient } from "./api-client.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const POLL_MS = 10;

/** A rule of a Role, with the fields of Kubernetes. */
export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
  resourceNames?: string[];
}

/** What an account may do: in its own namespace, and in the whole cluster. */
export interface AccountRules {
  namespaced?: PolicyRule[];
  cluster?: PolicyRule[];
}

/** An account of a program. */
export interface ServiceAccount {
  name: string;
  namespace: string;
  /** how RBAC and audit logs call it: `system:serviceaccount:<namespace>:<name>` */
  username: string;
  /** valid for an hour */
  token: string;
}

/** Creates an account, gives it its rules and a token, and waits until the API server has noticed the rules. */
export async function createServiceAccount(
  admin: ApiClient,
  namespace: string,
  { namespaced = [], cluster = [] }: AccountRules = {},
): Promise<ServiceAccount> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const { metadata } = await admin.create(accounts, { metadata: { generateName: "account-" } });
  const { name } = metadata;
  const username = `system:serviceaccount:${namespace}:${name}`;
  await bind(admin, { name, namespace, rules: namespaced });
  await bind(admin, { name, namespace, rules: cluster, clusterWide: true });
  for (const rule of namespaced) await allowed(admin, { username, rule, namespace });
  for (const rule of cluster) await allowed(admin, { username, rule });
  const { status } = await admin.create(`${accounts}/${name}/token`, { spec: { expirationSeconds: 3600 } });
  return { name, namespace, username, token: v.parse(v.object({ token: v.string() }), status).token };
}

interface Binding {
  name: string;
  namespace: string;
  rules: PolicyRule[];
  clusterWide?: boolean;
}

async function bind(
  admin: ApiClient,
  { name, namespace, rules, clusterWide = false }: Binding,
): Promise<void> {
  if (rules.length === 0) return;
  const kind = clusterWide ? "ClusterRole" : "Role";
  const folder = clusterWide ? RBAC : `${RBAC}/namespaces/${namespace}`;
  const metadata = { name: clusterWide ? `${namespace}-${name}` : name };
  const collection = clusterWide ? "clusterrole" : "role";
  await admin.create(`${folder}/${collection}s`, { metadata, rules });
  await admin.create(`${folder}/${collection}bindings`, {
    metadata,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: metadata.name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
}

/** The API server reads rules through a cache: some milliseconds pass until they count. */
async function allowed(
  admin: ApiClient,
  { username, rule, namespace }: { username: string; rule: PolicyRule; namespace?: string },
): Promise<void> {
  const [group, resourcePath = "", verb, name] = [
    rule.apiGroups[0],
    rule.resources[0],
    rule.verbs[0],
    rule.resourceNames?.[0],
  ];
  const [resource, subresource] = resourcePath.split("/");
  const resourceAttributes = { namespace, group, resource, subresource, verb, name };
  const review = { spec: { user: username, resourceAttributes } };
  const isAllowed = async () => {
    const answer = await admin.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", review);
    return v.parse(v.object({ allowed: v.boolean() }), answer["status"]).allowed;
  };
  while (!(await isAllowed())) await delay(POLL_MS);
}
