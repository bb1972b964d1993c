import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import type { InputProblem, ManifestObject, Place } from "./manifest-object.ts";
import type { ScanPolicy } from "./policy-resource.ts";

/** What one policy said of one object. */
export interface ScanResult {
  readonly policy: ScanPolicy;
  readonly object: ManifestObject;
  /**
   * `violation`: the policy rejects, in whatever mode; `error`: there is no verdict, and nothing is known of the object.
   */
  readonly outcome: "pass" | "violation" | "error";
  /** Why; of a violation what the API server would tell. */
  readonly message: string;
  /** What the members of a group, or a policy with a message of its own, said. */
  readonly causes: readonly string[];
  /** Paths that the policy would change, as JSON pointers with their operation: `add /metadata/labels`. */
  readonly changes: readonly string[];
  /** What the policy tells people besides its verdict. */
  readonly warnings: readonly string[];
  /** The field the message speaks of, if it is plain, else the object. */
  readonly place: Place;
  /** What the result rests on besides facts: name to value. */
  readonly properties: Readonly<Record<string, string>>;
}

/** How much a result matters. */
export type Severity = "error" | "warning" | "note" | "none";

/** A rejection of a policy in protect mode is an error, of one in monitor mode a warning. */
export function severityOf({ outcome, policy, changes, warnings }: ScanResult): Severity {
  if (outcome === "error") return "error";
  if (outcome === "violation") return policy.mode === "protect" ? "error" : "warning";
  return changes.length > 0 || warnings.length > 0 ? "note" : "none";
}

/** All there is to tell of a scan. */
export interface ScanReport {
  /** In the order of the files, for each object in that of the policies; only of policies that are asked about it. */
  readonly results: readonly ScanResult[];
  readonly problems: readonly InputProblem[];
  readonly policies: readonly ScanPolicy[];
  readonly objects: number;
  /** Documents that are no Kubernetes objects and were left out. */
  readonly skipped: number;
  /** Policies that no object concerned. */
  readonly unused: readonly ScanPolicy[];
}

export interface ScanSummary {
  readonly objects: number;
  readonly policies: number;
  readonly evaluations: number;
  readonly violations: number;
  /** Of violations in monitor mode. */
  readonly warnings: number;
  /** Evaluations without a verdict, and input that could not be read. */
  readonly errors: number;
}

export function summaryOf({ results, problems, policies, objects }: ScanReport): ScanSummary {
  const count = (wanted: (result: ScanResult) => boolean): number => results.filter(wanted).length;
  const isViolation = ({ outcome }: ScanResult): boolean => outcome === "violation";
  return {
    ...{ objects, policies: policies.length, evaluations: results.length },
    violations: count((result) => isViolation(result) && result.policy.mode === "protect"),
    warnings: count((result) => isViolation(result) && result.policy.mode === "monitor"),
    errors: count(({ outcome }) => outcome === "error") + problems.length,
  };
}

export type FailOn = "error" | "warning" | "never";

/** 0 clean, 1 violations, 2 when something could not be judged: what was not seen is not clean. */
export function exitCodeOf(report: ScanReport, failOn: FailOn): number {
  const { violations, warnings, errors } = summaryOf(report);
  if (errors > 0) return 2;
  const counted = failOn === "never" ? 0 : violations + (failOn === "warning" ? warnings : 0);
  return counted > 0 ? 1 : 0;
}

/** The causes of a rejection as one line each. */
export function causesOf({ status }: AdmissionResponse): string[] {
  return (status?.details?.causes ?? []).flatMap(({ field, message }) => {
    const text = [field?.replace(/^spec\.policies\./, ""), message].filter((part) => part).join(": ");
    return text === "" || text === status?.message ? [] : [text];
  });
}
