import { scheduler } from "node:timers/promises";
import { errorText, type Logger } from "@kubewarden-ts/base";
import type {
  Annotations,
  CertificateConstraint,
  Constraint,
  GenericIssuerConstraint,
  GithubActionConstraint,
} from "../config/constraint.ts";
import { isBelowPrefix } from "../config/url-prefix.ts";
import { SigstoreError } from "../errors.ts";
import { parsePublicKey } from "../keys.ts";
import { quoted } from "../quoted.ts";
import type { SignerIdentity } from "../verify/signer-identity.ts";
import { signingCertificate } from "../verify/signing-certificate.ts";
import type { ImageSignature } from "./image-signature.ts";

/** Whether one of the signatures is what a constraint asks for; if not, why not. */
export type Satisfaction =
  | { readonly satisfied: true }
  | { readonly satisfied: false; readonly reasons: readonly string[] };

const githubIssuer = "https://token.actions.githubusercontent.com";

export interface SatisfactionOptions {
  /** Ends the check between two signatures. */
  readonly signal: AbortSignal;
  readonly nowMs: number;
  readonly log: Logger;
}

/** Checks a constraint against signatures (kwctl-and-oci 15.3, 16.3): one that satisfies all of it is enough. */
export async function satisfy(
  constraint: Constraint,
  signatures: readonly ImageSignature[],
  { nowMs, log, signal }: SatisfactionOptions,
): Promise<Satisfaction> {
  const reasons: string[] = [];
  try {
    const check = checkOf(constraint, nowMs);
    for (const signature of signatures) {
      // somebody else's image may have many, and each costs milliseconds
      await scheduler.yield();
      signal.throwIfAborted();
      const reason = objectionOf(() => {
        check(signature);
        checkAnnotations(signature, constraint.annotations, log);
      });
      if (reason === undefined) return { satisfied: true };
      reasons.push(`${signature.origin}: ${reason}`);
    }
  } catch (error) {
    // a key or certificate of the constraint itself: nobody can satisfy it
    if (!(error instanceof SigstoreError)) throw error;
    reasons.push(errorText(error));
  }
  return { satisfied: false, reasons };
}

function objectionOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof SigstoreError) return errorText(error);
    throw error;
  }
}

/** What throws for a signature that is not the one. */
type Check = (signature: ImageSignature) => void;

/** @throws {SigstoreError} `SIGSTORE_KEY_INVALID`, `SIGSTORE_SIGNATURE_INVALID` */
function checkOf(constraint: Constraint, nowMs: number): Check {
  switch (constraint.kind) {
    case "pubKey": {
      const key = parsePublicKey(constraint.key);
      return (signature) => void signature.proofBy(key);
    }
    case "genericIssuer":
      return (signature) => checkIssuer(signature.identity(), constraint);
    case "githubAction":
      return (signature) => checkGithub(signature.identity(), constraint);
    case "certificate":
      return certificateCheck(constraint, nowMs);
  }
}

function checkIssuer({ issuer, subject }: SignerIdentity, wanted: GenericIssuerConstraint): void {
  if (issuer !== wanted.issuer) throw unlike(`the issuer is ${told(issuer)}`);
  const isWanted =
    "equal" in wanted.subject
      ? subject.text === wanted.subject.equal
      : isBelowPrefix(subject.text, wanted.subject.urlPrefix);
  if (!isWanted) throw unlike(`the signer is ${told(subject.text)}`);
}

/** Owner and repository are those that started the workflow, which may stand in another repository. */
function checkGithub({ issuer, subject, repository }: SignerIdentity, wanted: GithubActionConstraint): void {
  if (issuer !== githubIssuer) throw unlike(`the issuer is ${told(issuer)}, not GitHub Actions`);
  if (subject.kind !== "uri" || !isGithubUrl(subject.text)) {
    throw unlike(`the signer is ${told(subject.text)}, no workflow of GitHub`);
  }
  const [owner, repo, ...others] = repository?.split("/") ?? [];
  if (!owner || !repo || others.length > 0) throw unlike("the certificate does not name a repository");
  if (owner !== wanted.owner) throw unlike(`the owner of the repository is ${told(owner)}`);
  if (wanted.repo !== undefined && repo !== wanted.repo) throw unlike(`the repository is ${told(repo)}`);
}

function isGithubUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, host, pathname } = new URL(text);
  return protocol === "https:" && host === "github.com" && pathname.split("/").filter(Boolean).length >= 2;
}

/** The certificate is the caller's; the time is what a log or an authority vouches for, else now. */
function certificateCheck(constraint: CertificateConstraint, nowMs: number): Check {
  const { requireRekorBundle } = constraint;
  const certificate = signingCertificate(constraint, { nowMs });
  return (signature) => {
    const { isLogged, times } = signature.proofBy(certificate.publicKey);
    if (requireRekorBundle && !isLogged) throw unlike("there is no entry of a transparency log");
    for (const time of times.length > 0 ? times : [new Date(nowMs)]) {
      if (time < certificate.validFromDate || time > certificate.validToDate) {
        throw unlike(`the certificate was not valid at ${time.toISOString()}`);
      }
    }
  };
}

function checkAnnotations(
  { annotations, origin }: ImageSignature,
  wanted: Annotations | undefined,
  log: Logger,
): void {
  for (const [key, text] of Object.entries(wanted ?? {})) {
    const found = annotations.get(key);
    if (found === text) continue;
    // a line that other tools look for (policy-server 11)
    log.info("Annotation not satisfied", { annotation: key, digest: origin });
    throw unlike(`the annotation ${quoted(key)} is ${told(found)}`);
  }
}

function told(text: string | undefined): string {
  return text === undefined ? "missing" : quoted(text);
}

function unlike(message: string): SigstoreError {
  return new SigstoreError(message, { code: "SIGSTORE_UNSATISFIED" });
}
