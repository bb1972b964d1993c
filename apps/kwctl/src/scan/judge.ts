import { applyConstraints, type Evaluation, type Evaluator } from "@kubewarden-ts/policy-evaluation";
import { type AdmissionResponse, type LosslessValue, parseLossless } from "@kubewarden-ts/protocol";
import type { ManifestObject, Place } from "./manifest-object.ts";
import { fieldPathsIn } from "./message-path.ts";
import { type MatchNotes, matchPolicyScope, type ScannedObject } from "./policy-match.ts";
import type { ScanPolicy } from "./policy-resource.ts";
import { causesOf, type ScanResult } from "./scan-result.ts";
import { syntheticReview } from "./synthetic-request.ts";

/** Something to be asked. */
export interface Question {
  readonly policy: ScanPolicy;
  readonly notes: MatchNotes;
  readonly scanned: ScannedObject;
  /** Made when it is needed, once for all policies. */
  readonly review: () => Uint8Array;
}

/** What the policies that an object concerns are asked about its creation. */
export function questionsAbout(scanned: ScannedObject, policies: readonly ScanPolicy[]): Question[] {
  let review: Uint8Array | undefined;
  const reviewOnce = (): Uint8Array => (review ??= reviewOf(scanned));
  return policies.flatMap((policy) => {
    const notes = matchPolicyScope(policy.scope, scanned);
    return notes === undefined ? [] : [{ policy, notes, scanned, review: reviewOnce }];
  });
}

/** Asks a policy. */
export async function judge(
  question: Question,
  evaluator: Pick<Evaluator, "admission">,
): Promise<ScanResult> {
  return resultOf(await evaluator.admission("audit", question.policy.id, question.review()), question);
}

function reviewOf({ object, kind: { plural }, namespace }: ScannedObject): Uint8Array {
  const { group, version, kind, name, value } = object;
  const subject = { group, version, kind, plural, name, namespace };
  return syntheticReview({ operation: "CREATE", ...subject, object: value, oldObject: null });
}

function resultOf(evaluation: Evaluation, { policy, notes, scanned }: Question): ScanResult {
  const { object } = scanned;
  const known = { policy, object, properties: propertiesOf(policy, notes, scanned) };
  const vanilla = verdictOf(evaluation);
  if (typeof vanilla === "string") {
    const nothing = { causes: [], changes: [], warnings: [] };
    return { ...known, outcome: "error", message: vanilla, ...nothing, place: object.place };
  }
  // The mode of the policy is told beside its verdict; what else its resource says applies.
  const constraints = { ...policy.definition.entry, policyMode: "protect" } as const;
  const { response } = applyConstraints(policy.id, constraints, vanilla);
  const { allowed, status, warnings } = response;
  const message = status?.message ?? (allowed ? "" : "rejected without a message");
  const causes = causesOf(response);
  return {
    ...{ ...known, message, causes },
    outcome: allowed ? "pass" : "violation",
    changes: changesOf(response),
    warnings: warnings ?? [],
    place: allowed ? object.place : placeOf(object, response, [message, ...causes]),
  };
}

/** The policy's own verdict, or why there is none. */
function verdictOf(evaluation: Evaluation): AdmissionResponse | string {
  switch (evaluation.kind) {
    case "response": {
      const { allowed, status } = evaluation.response;
      // What could not be evaluated is rejected with this code (audit-and-reports.md 2.9), or was not begun.
      const hasVerdict = allowed || (status?.code !== 500 && status?.code !== 429);
      return hasVerdict ? evaluation.response : (status?.message ?? "the policy could not be evaluated");
    }
    case "malformed":
      return evaluation.message;
    case "failed":
      return evaluation.error.message;
    case "unknown-policy":
    case "invalid-policy-id":
      return "the policy has a name that cannot be evaluated";
  }
}

function propertiesOf(
  { hasMatchConditions }: ScanPolicy,
  { namespaceLabelsUnknown, otherVersion }: MatchNotes,
  { kind }: ScannedObject,
): Record<string, string> {
  return {
    ...(hasMatchConditions && { "match-conditions": "not-evaluated" }),
    ...(namespaceLabelsUnknown && { "namespace-labels": "unknown" }),
    ...(otherVersion && { "match-policy": "equivalent, not converted" }),
    ...(kind.isGuessed && { plural: `guessed: ${kind.plural}` }),
  };
}

/** The innermost field that the causes or the message name. */
function placeOf(object: ManifestObject, { status }: AdmissionResponse, texts: readonly string[]): Place {
  const fields = (status?.details?.causes ?? []).flatMap(({ field }) => field ?? []);
  for (const path of [...fields, ...texts].flatMap(fieldPathsIn)) {
    const { line, column, matched } = object.locate(path);
    // One word may be a member by chance.
    if (matched > 1) return { ...object.place, line, column };
  }
  return object.place;
}

function changesOf({ patch }: AdmissionResponse): string[] {
  if (patch === undefined) return [];
  const operations = parseLossless(Buffer.from(patch, "base64"));
  return (Array.isArray(operations) ? operations : []).map((operation) => {
    const [op, path] = ["op", "path"].map((key) => memberText(operation, key));
    return `${op} ${path}`;
  });
}

function memberText(value: LosslessValue, key: string): string {
  const member = value instanceof Map ? value.get(key) : undefined;
  return typeof member === "string" ? member : "";
}
