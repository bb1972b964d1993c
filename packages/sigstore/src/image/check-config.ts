import type { Constraint, VerificationConfig } from "../config/constraint.ts";
import { formatConstraint } from "../config/format-constraint.ts";
import { SigstoreError } from "../errors.ts";
import type { ImageSignature } from "./image-signature.ts";
import { type SatisfactionOptions, satisfy } from "./satisfaction.ts";

/**
 * Checks that signatures are what a configuration asks for (kwctl-and-oci 14). A signature may satisfy several entries.
 * @throws {SigstoreError} `SIGSTORE_UNSATISFIED` with upstream's texts, and the reasons
 */
export async function checkConfig(
  { allOf, anyOf }: VerificationConfig,
  signatures: readonly ImageSignature[],
  options: SatisfactionOptions,
): Promise<void> {
  if ((allOf?.length ?? 0) === 0 && anyOf === undefined) {
    throw unsatisfied("Image verification failed: no signatures to verify", []);
  }
  const required = await partition(allOf ?? [], signatures, options);
  if (required.unsatisfied.length > 0) throw missing(required);
  if (anyOf === undefined) return;
  const { signatures: alternatives, minimumMatches } = anyOf;
  const found = await partition(alternatives, signatures, options);
  const matches = alternatives.length - found.unsatisfied.length;
  if (matches >= Math.max(minimumMatches, 1)) return;
  const summary = `minimum number of signatures not reached: needed ${minimumMatches}, got ${matches}`;
  throw unsatisfied(`Image verification failed: ${summary}\n${dump(found.unsatisfied)}`, found.reasons);
}

interface Partition {
  readonly unsatisfied: readonly Constraint[];
  readonly reasons: readonly string[];
}

async function partition(
  constraints: readonly Constraint[],
  signatures: readonly ImageSignature[],
  options: SatisfactionOptions,
): Promise<Partition> {
  const unsatisfied: Constraint[] = [];
  const reasons = new Set<string>();
  for (const constraint of constraints) {
    const result = await satisfy(constraint, signatures, options);
    if (result.satisfied) continue;
    unsatisfied.push(constraint);
    for (const reason of result.reasons) reasons.add(reason);
  }
  return { unsatisfied, reasons: [...reasons] };
}

/** Of a host call about a certificate, whose text holds them. */
const maxToldReasons = 5;

/** A host call about a certificate has a text of its own. */
function missing({ unsatisfied: constraints, reasons }: Partition): SigstoreError {
  if (constraints.every(({ kind }) => kind === "certificate")) {
    const first = reasons.slice(0, maxToldReasons).join("; ");
    return unsatisfied(`verification failed: ${first || "missing signatures"}`, reasons);
  }
  return unsatisfied(`Image verification failed: missing signatures\n${dump(constraints)}`, reasons);
}

function dump(constraints: readonly Constraint[]): string {
  const texts = constraints.map(formatConstraint).join("");
  return `The following constraints were not satisfied:\n${texts}`;
}

function unsatisfied(message: string, reasons: readonly string[]): SigstoreError {
  return new SigstoreError(message, { code: "SIGSTORE_UNSATISFIED", reasons });
}
