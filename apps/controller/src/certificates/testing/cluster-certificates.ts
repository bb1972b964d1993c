import {
  mutatingWebhookConfigurations,
  type Secret,
  secrets,
  validatingWebhookConfigurations,
  type WebhookConfiguration,
} from "@kubewarden-ts/api/core";
import { fakeClusterContext, namespace } from "../../testing/fake-cluster-context.ts";
import { createAuthority, issueClientCertificate, issueServerCertificate, type PemPair } from "../issue.ts";
import { reconcileCertificates } from "../reconcile-certificates.ts";
import { decodeSecretValue, encodeSecretValues } from "../secret-value.ts";

export const dayMs = 86_400_000;
/** Day 0. */
export const startMs = Date.UTC(2026, 0, 1);
/** So many days after day 0. */
export const at = (days: number) => new Date(startMs + days * dayMs);
export const signal = new AbortController().signal;
export const policyServerLabels = {
  "app.kubernetes.io/part-of": "kubewarden",
  "app.kubernetes.io/component": "policy-server",
};

/** What tests look at. */
export type Cluster = Awaited<ReturnType<typeof fakeClusterContext>>;

export function secret(
  name: string,
  values: Record<string, string>,
  labels: Record<string, string> = {},
): Secret {
  const metadata = { name, namespace, labels };
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: encodeSecretValues(values) };
}
export const leafValues = ({ certificate, key }: PemPair) => ({ "tls.crt": certificate, "tls.key": key });

/** A configuration with two webhooks, and what else must survive a patch. */
export function webhooks(
  kind: "Validating" | "Mutating",
  name: string,
  caBundle?: string,
): WebhookConfiguration {
  const hook = (path: string) => ({
    ...{ name: `${path}.example.com`, sideEffects: "None", admissionReviewVersions: ["v1"] },
    clientConfig: {
      ...(caBundle && { caBundle }),
      service: { namespace, name: "webhooks", path: `/${path}` },
    },
  });
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${kind}WebhookConfiguration` as "ValidatingWebhookConfiguration",
    metadata: { name, labels: { "app.kubernetes.io/part-of": "kubewarden" } },
    webhooks: [hook("a"), hook("b")],
  };
}

/** A cluster as a chart and a policy server leave it, with certificates that were made on day 0. */
export async function installed() {
  const authority = await createAuthority(at(0));
  const cluster = await fakeClusterContext({ startMs });
  const bundle = Buffer.from(authority.certificate).toString("base64");
  const issue = (name: string) => issueServerCertificate(authority, `${name}.${namespace}.svc`, at(0));
  const stored = [
    secret("kubewarden-ca", { "ca.crt": authority.certificate, "ca.key": authority.key, extra: "kept" }),
    secret("kubewarden-webhook-server-cert", leafValues(await issue("webhooks"))),
    secret("policy-server-default", leafValues(await issue("policy-server-default")), policyServerLabels),
    secret(
      "kubewarden-audit-scanner-client-cert",
      leafValues(await issueClientCertificate(authority, "audit-scanner-client", at(0))),
    ),
    secret("of-others", { "tls.crt": "not ours" }),
    webhooks("Validating", "kubewarden-controller-validating-webhook-configuration", bundle),
    webhooks("Mutating", "clusterwide-psp", bundle),
    { ...webhooks("Validating", "of-others", "bm90IG91cnM="), metadata: { name: "of-others" } },
  ];
  for (const object of stored) cluster.server.put(object);
  await cluster.caughtUp();
  return { ...cluster, authority };
}

/** Passes until one has nothing to write. */
export async function settle({
  context,
  writes,
  caughtUp,
}: Pick<Cluster, "context" | "writes" | "caughtUp">): Promise<void> {
  for (let before = -1; before !== writes().length; ) {
    before = writes().length;
    await caughtUp();
    await reconcileCertificates(context, signal);
  }
}

export const read = (cluster: Pick<Cluster, "server">, name: string): Secret | undefined =>
  cluster.server.stored(secrets).find(({ metadata }) => metadata.name === name) as Secret | undefined;
/** Text of a key of a Secret. */
export const value = (cluster: Pick<Cluster, "server">, name: string, key: string) =>
  decodeSecretValue(read(cluster, name), key);
/** The certificate and key of a Secret. */
export const pairOf = (cluster: Pick<Cluster, "server">, name: string): PemPair => ({
  certificate: value(cluster, name, "tls.crt") ?? "",
  key: value(cluster, name, "tls.key") ?? "",
});
/** Authorities that each configuration trusts, webhook by webhook. */
export function bundles({ server }: Pick<Cluster, "server">): Record<string, string[]> {
  const all = [validatingWebhookConfigurations, mutatingWebhookConfigurations].flatMap(
    (type) => server.stored(type) as unknown as WebhookConfiguration[],
  );
  return Object.fromEntries(
    all.map(({ metadata, webhooks }) => [
      metadata.name,
      (webhooks ?? []).map(({ clientConfig }) =>
        Buffer.from(clientConfig.caBundle ?? "", "base64").toString(),
      ),
    ]),
  );
}
