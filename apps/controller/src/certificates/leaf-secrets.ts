import { isBeingDeleted } from "@kubewarden-ts/api";
import { type Secret, secrets } from "@kubewarden-ts/api/core";
import { componentLabel, partOfLabel } from "@kubewarden-ts/api/policies";
import { authorityOf } from "./ca-bundle.ts";
import type { CertificateDeps } from "./certificate-deps.ts";
import { certificateProblem, renewalTime } from "./check.ts";
import { issueClientCertificate, issueServerCertificate } from "./issue.ts";
import type { PemPair } from "./pem-pair.ts";
import { decodeSecretValue, encodeSecretValues } from "./secret-value.ts";
import type { PendingWrite } from "./webhook-bundles.ts";

/** Certificate of the webhooks for our own kinds, mounted by the controller. */
export const webhookSecretName = "kubewarden-webhook-server-cert";
/** Certificate that the audit scanner shows to policy servers. */
export const auditScannerSecretName = "kubewarden-audit-scanner-client-cert";
const auditScannerName = "audit-scanner-client";

/** Keys of a Secret that holds a certificate. */
export const leafKeys = { certificate: "tls.crt", key: "tls.key" } as const;

/** A certificate that the authority signs, and where it is kept. */
interface Leaf {
  readonly secretName: string;
  /** of a server; a client's certificate names `clientName` */
  readonly dnsName?: string;
  readonly clientName?: string;
  readonly secret: Secret | undefined;
}

/** The pair in a Secret; empty texts for what is missing. */
export function leafPair(secret: Secret | undefined): PemPair {
  return {
    certificate: decodeSecretValue(secret, leafKeys.certificate) ?? "",
    key: decodeSecretValue(secret, leafKeys.key) ?? "",
  };
}

/** Whether it is the Secret of a policy server. */
export function isPolicyServerSecret({ metadata: { labels } }: Secret): boolean {
  return labels?.[partOfLabel] === "kubewarden" && labels[componentLabel] === "policy-server";
}

/**
 * What to write so that every certificate is valid for 60 days more and signed by the authority of now (controller.md 5,
 * step 3, behaviour 27): that of the webhooks, made when missing; those of policy servers; and the audit scanner's, which
 * upstream never replaces.
 */
export function leafWrites(deps: CertificateDeps, authority: Secret, signal: AbortSignal): PendingWrite[] {
  const now = new Date(deps.clock.now());
  const issuer = authorityOf(authority);
  return leaves(deps).flatMap((leaf) => {
    const { dnsName, secret, secretName } = leaf;
    const period = renewalTime(now.getTime());
    const problem = certificateProblem(leafPair(secret), { authority: issuer, dnsName, ...period });
    if (problem === undefined) return [];
    return [
      async () => {
        const reason = secret === undefined ? "the Secret does not exist" : problem;
        deps.log.info("issuing a certificate", { secret: secretName, reason });
        const pair = await issueLeaf(leaf, issuer, now);
        await store(deps, leaf, { pair, signal });
      },
    ];
  });
}

function leaves({ view, config }: CertificateDeps): Leaf[] {
  const { deploymentsNamespace: namespace, webhookServiceName } = config;
  const inNamespace = (name: string) => `${name}.${namespace}.svc`;
  const auditScanner = view.secrets.get({ name: auditScannerSecretName, namespace });
  const policyServers = view.secrets
    .list()
    .filter((secret) => isPolicyServerSecret(secret) && !isBeingDeleted(secret));
  return [
    {
      secretName: webhookSecretName,
      dnsName: inNamespace(webhookServiceName),
      secret: view.secrets.get({ name: webhookSecretName, namespace }),
    },
    ...(auditScanner === undefined
      ? []
      : [{ secretName: auditScannerSecretName, clientName: auditScannerName, secret: auditScanner }]),
    ...policyServers.map((secret) => {
      const { name } = secret.metadata;
      return { secretName: name, dnsName: inNamespace(name), secret };
    }),
  ];
}

function issueLeaf({ dnsName, clientName = "" }: Leaf, issuer: PemPair, now: Date): Promise<PemPair> {
  return dnsName === undefined
    ? issueClientCertificate(issuer, clientName, now)
    : issueServerCertificate(issuer, dnsName, now);
}

/** Creates or replaces; a Secret that changed since it was read is a conflict, and looked at again. */
async function store(
  { objects, config }: CertificateDeps,
  { secretName, secret }: Leaf,
  { pair, signal }: { pair: PemPair; signal: AbortSignal },
): Promise<void> {
  const data = encodeSecretValues({ [leafKeys.certificate]: pair.certificate, [leafKeys.key]: pair.key });
  if (secret !== undefined) {
    await objects.replace(secrets, { ...secret, data: { ...secret.data, ...data } }, { signal });
    return;
  }
  const metadata = { name: secretName, namespace: config.deploymentsNamespace };
  await objects.create(
    secrets,
    { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data },
    { signal },
  );
}
