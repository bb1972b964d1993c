import { type Secret, secrets } from "@kubewarden-ts/api/core";
import { authorityKeys, authoritySecretName } from "./ca-bundle.ts";
import type { CertificateDeps } from "./certificate-deps.ts";
import { type CertificateCheck, certificateProblem, isValidCertificate, renewalTime } from "./check.ts";
import { createAuthority } from "./issue.ts";
import type { PemPair } from "./pem-pair.ts";
import { decodeSecretValue, encodeSecretValues } from "./secret-value.ts";

/**
 * Makes the Secret of the certificate authority when it is missing, replaces the authority 60 days before its end or when
 * it cannot be used, and forgets the one before when that is no longer valid (controller.md 5, steps 1 and 2).
 * @returns the Secret as it is stored now
 * @throws {KubeError} `KUBE_CONFLICT` when somebody else was faster: read it again
 */
export async function reconcileAuthority(deps: CertificateDeps, signal: AbortSignal): Promise<Secret> {
  const { objects, events, clock, log, config } = deps;
  const name = { name: authoritySecretName, namespace: config.deploymentsNamespace };
  const secret = await objects.get(secrets, name, { signal });
  const now = new Date(clock.now());
  if (secret === undefined) {
    log.info("making the certificate authority", { secret: authoritySecretName });
    const data = authorityData(await createAuthority(now));
    const made: Secret = { apiVersion: "v1", kind: "Secret", metadata: name, type: "Opaque", data };
    return objects.create(secrets, made, { signal });
  }
  const problem = authorityProblem(secret, renewalTime(now.getTime()));
  if (problem !== undefined) {
    log.warn("replacing the certificate authority", { secret: authoritySecretName, reason: problem });
    const replaced = await objects.replace(secrets, await withNewAuthority(secret, now), { signal });
    const message = `The certificate authority is replaced by a new one of P-256: ${problem}`;
    events?.record({ about: replaced, type: "Warning", reason: "CertificateAuthorityReplaced", message });
    return replaced;
  }
  return await forgetPrevious(secret, { deps, now, signal });
}

function authorityProblem(
  secret: Secret,
  period: Pick<CertificateCheck, "at" | "until">,
): string | undefined {
  const pair = storedPair(secret);
  return certificateProblem(pair, { authority: pair, ...period });
}

function storedPair(secret: Secret): PemPair {
  return {
    certificate: decodeSecretValue(secret, authorityKeys.certificate) ?? "",
    key: decodeSecretValue(secret, authorityKeys.key) ?? "",
  };
}

/** The certificate that is replaced stays trusted: servers show it until their own is replaced everywhere. */
async function withNewAuthority(secret: Secret, now: Date): Promise<Secret> {
  const { [authorityKeys.previous]: _older, ...rest } = secret.data ?? {};
  const { certificate } = storedPair(secret);
  const previous = isValidCertificate(certificate, now) ? { [authorityKeys.previous]: certificate } : {};
  const data = { ...rest, ...authorityData(await createAuthority(now)), ...encodeSecretValues(previous) };
  return { ...secret, data };
}

async function forgetPrevious(
  secret: Secret,
  { deps: { objects, log }, now, signal }: { deps: CertificateDeps; now: Date; signal: AbortSignal },
): Promise<Secret> {
  const stored = secret.data?.[authorityKeys.previous];
  if (stored === undefined) return secret;
  const previous = decodeSecretValue(secret, authorityKeys.previous);
  if (previous !== undefined && isValidCertificate(previous, now)) return secret;
  log.info("forgetting the previous certificate authority", { secret: authoritySecretName });
  const { [authorityKeys.previous]: _ended, ...data } = secret.data ?? {};
  return objects.replace(secrets, { ...secret, data }, { signal });
}

function authorityData({ certificate, key }: PemPair): Record<string, string> {
  return encodeSecretValues({ [authorityKeys.certificate]: certificate, [authorityKeys.key]: key });
}
