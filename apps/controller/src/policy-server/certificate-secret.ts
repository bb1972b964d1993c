import { type Secret, secrets } from "@kubewarden-ts/api/core";
import {
  certificateFormatAnnotation,
  componentLabel,
  type PolicyServer,
  partOfLabel,
} from "@kubewarden-ts/api/policies";
import { createOrMergePatch } from "@kubewarden-ts/kube";
import { authorityOf, authoritySecretName } from "../certificates/ca-bundle.ts";
import { certificateProblem } from "../certificates/check.ts";
import { CertificateError } from "../certificates/errors.ts";
import { issueServerCertificate, type PemPair } from "../certificates/issue.ts";
import { leafKeys, leafPair } from "../certificates/leaf-secrets.ts";
import { encodeSecretValues } from "../certificates/secret-value.ts";
import type { ControllerContext } from "../context.ts";
import { ownedName, withOwner } from "./owned-object.ts";

/** Of the Secrets that upstream writes since it has this annotation. */
const format = "1";

export interface CertificateSecretOptions {
  readonly namespace: string;
  /** the Secret as it is now */
  readonly current: Secret | undefined;
  /** a new certificate; without, the one that is there stays, byte for byte */
  readonly pair?: PemPair | undefined;
}

/** The certificate of a policy server (controller.md 3.2). */
export function desiredCertificateSecret(
  server: PolicyServer,
  { namespace, current, pair }: CertificateSecretOptions,
): Secret {
  const issued =
    pair === undefined ? {} : { [leafKeys.certificate]: pair.certificate, [leafKeys.key]: pair.key };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      ...ownedName(server, { deploymentsNamespace: namespace }),
      labels: { [partOfLabel]: "kubewarden", [componentLabel]: "policy-server" },
      annotations: { ...current?.metadata.annotations, [certificateFormatAnnotation]: format },
      ownerReferences: withOwner(current, server),
    },
    type: current?.type ?? "Opaque",
    data: { ...current?.data, ...encodeSecretValues(issued) },
  };
}

/**
 * Makes the Secret, with a new certificate when there is none that clients accept now. Renewal before the end is the business
 * of `reconcileCertificates`, which also replaces an authority that cannot sign.
 * @throws {CertificateError} `CERTIFICATE_AUTHORITY_MISSING`, `CERTIFICATE_AUTHORITY_INVALID`
 * @throws {KubeError}
 */
export async function reconcileCertificateSecret(
  context: ControllerContext,
  server: PolicyServer,
  signal: AbortSignal,
): Promise<void> {
  const { objects, view, config } = context;
  const namespace = config.deploymentsNamespace;
  const secretOf = (name: string) => view.secrets.get({ name, namespace });
  const { name } = ownedName(server, config);
  const seen = secretOf(name);
  const authority = secretOf(authoritySecretName);
  const isGood = authority !== undefined && problemOf(seen, checkOf(context, name, authority)) === undefined;
  // what the view shows may be older than what another pass has just written
  const { current, pair } = isGood ? { current: seen, pair: undefined } : await issue(context, name, signal);
  const desired = desiredCertificateSecret(server, { namespace, current, pair });
  await createOrMergePatch(objects, secrets, { current, desired, signal });
}

interface Issued {
  readonly current: Secret | undefined;
  readonly pair: PemPair | undefined;
}

async function issue(context: ControllerContext, name: string, signal: AbortSignal): Promise<Issued> {
  const { objects, config, log } = context;
  const stored = (secret: string) =>
    objects.get(secrets, { name: secret, namespace: config.deploymentsNamespace }, { signal });
  const authority = await stored(authoritySecretName);
  const current = await stored(name);
  const check = checkOf(context, name, authority);
  const reason = problemOf(current, check);
  if (reason === undefined) return { current, pair: undefined };
  requireUsable(authorityOf(authority), check.at);
  log.info("issuing a certificate", { secret: name, reason });
  const pair = await issueServerCertificate(authorityOf(authority), check.dnsName, check.at);
  return { current, pair };
}

interface Check {
  readonly authority: PemPair;
  readonly dnsName: string;
  readonly at: Date;
}

function checkOf({ config, clock }: ControllerContext, name: string, authority: Secret | undefined): Check {
  const dnsName = `${name}.${config.deploymentsNamespace}.svc`;
  return { authority: authorityOf(authority), dnsName, at: new Date(clock.now()) };
}

function problemOf(secret: Secret | undefined, check: Check): string | undefined {
  if (secret === undefined) return "there is none";
  if (secret.metadata.annotations?.[certificateFormatAnnotation] !== format) return "it has another format";
  return certificateProblem(leafPair(secret), check);
}

/** What an unusable authority signed would be replaced by the next pass, again and again. */
function requireUsable(authority: PemPair, at: Date): void {
  const problem = certificateProblem(authority, { authority, at });
  if (problem === undefined) return;
  const message = `the certificate authority in the Secret "${authoritySecretName}" cannot be used: ${problem}`;
  throw new CertificateError(message, { code: "CERTIFICATE_AUTHORITY_INVALID" });
}
