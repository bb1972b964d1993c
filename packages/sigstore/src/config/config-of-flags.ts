import { SigstoreError } from "../errors.ts";
import type { Annotations, Constraint, VerificationConfig } from "./constraint.ts";

/** The flags of a verification, as they were given; `undefined` for those that were not (kwctl-and-oci 5). */
export interface VerificationFlags {
  /** The content of each `--verification-key` file, in the order of the flags: PEM. */
  readonly keys?: readonly string[] | undefined;
  /** Each `--verification-annotation`, such as `env=prod`. */
  readonly annotations?: readonly string[] | undefined;
  readonly certEmail?: string | undefined;
  readonly certOidcIssuer?: string | undefined;
  readonly githubOwner?: string | undefined;
  readonly githubRepo?: string | undefined;
}

/**
 * The configuration that flags stand for: all of them must hold.
 * @returns nothing when none of the flags is given
 * @throws {SigstoreError} `SIGSTORE_FLAGS_INVALID` with upstream's texts
 */
export function verificationConfigOf(flags: VerificationFlags): VerificationConfig | undefined {
  const { certEmail, certOidcIssuer, githubOwner, githubRepo } = flags;
  const [keys, pairs] = [flags.keys ?? [], flags.annotations ?? []];
  const names = [certEmail, certOidcIssuer, githubOwner, githubRepo];
  const isNamed = names.some((name) => name !== undefined);
  if (!isNamed && keys.length === 0 && pairs.length === 0) return undefined;
  if (!isNamed && keys.length === 0) {
    const missing = "no verification keys, OIDC issuer or GitHub owner were passed";
    throw invalid(`Intending to verify annotations, but ${missing}`);
  }
  if (githubRepo !== undefined && githubOwner === undefined) {
    throw invalid("Intending to verify GitHub actions signature, but the repository owner is missing.");
  }
  const annotations = pairs.length === 0 ? undefined : annotationsOf(pairs);
  return {
    allOf: [
      ...issuer({ certEmail, certOidcIssuer }, annotations),
      ...(githubOwner === undefined
        ? []
        : [{ kind: "githubAction", owner: githubOwner, repo: githubRepo, annotations } as const]),
      ...keys.map((key) => ({ kind: "pubKey", key, annotations }) as const),
    ],
  };
}

function issuer(
  { certEmail, certOidcIssuer }: Pick<VerificationFlags, "certEmail" | "certOidcIssuer">,
  annotations: Annotations | undefined,
): Constraint[] {
  if (certEmail === undefined && certOidcIssuer === undefined) return [];
  if (certEmail !== undefined && certOidcIssuer !== undefined) {
    return [{ kind: "genericIssuer", issuer: certOidcIssuer, subject: { equal: certEmail }, annotations }];
  }
  // the blank at the end is upstream's
  const remedy = "You must pass the email and OIDC issuer to be validated together ";
  throw invalid(`Intending to verify OIDC issuer, but no email or issuer were provided. ${remedy}`);
}

/** By the first equals sign. Upstream drops what has none, and of two with one key the first: that asks for less. */
function annotationsOf(pairs: readonly string[]): Annotations {
  const annotations = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    const key = pair.slice(0, at);
    if (at < 1) throw invalid(`the annotation ${JSON.stringify(pair)} is not of the form key=value`);
    if (annotations.has(key)) throw invalid(`the annotation ${JSON.stringify(key)} is given twice`);
    annotations.set(key, pair.slice(at + 1));
  }
  return Object.fromEntries(annotations);
}

function invalid(message: string): SigstoreError {
  return new SigstoreError(message, { code: "SIGSTORE_FLAGS_INVALID" });
}
