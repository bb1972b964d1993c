// The wire format of both report kinds (audit-and-reports.md 4.1 to 4.3), as far as the scanner writes it.

export const severities = ["critical", "high", "low", "medium", "info"] as const;
export type Severity = (typeof severities)[number];

/** What one policy says about the object of the report. */
export interface ReportResult {
  readonly source: "kubewarden";
  /** unique name of the policy */
  readonly policy: string;
  readonly category?: string;
  readonly severity?: Severity;
  readonly result: "pass" | "fail" | "error";
  readonly scored: true;
  readonly timestamp: { readonly seconds: number; readonly nanos: 0 };
  readonly resourceSelector: Readonly<Record<string, never>>;
  readonly message?: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** The object that a report is about, at the moment of the scan. */
export interface ReportedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** The report of one object, as it is written; its name is the UID of the object. */
export interface Report {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly [Omit<ReportedObject, "namespace" | "resourceVersion">];
  };
  /** only openreports.io has it */
  readonly source?: "kubewarden";
  readonly scope: ReportedObject;
  readonly summary: {
    readonly pass: number;
    readonly fail: number;
    readonly warn: 0;
    readonly error: number;
    readonly skip: number;
  };
  readonly results: readonly ReportResult[];
}

/** The label of every report that is ours; a report without it is never touched. */
export const managedBy = { label: "app.kubernetes.io/managed-by", value: "kubewarden" } as const;
export const managedSelector = `${managedBy.label}=${managedBy.value}`;
export const reportVersion = { label: "kubewarden.io/policyreport-version", value: "v2" } as const;
export const runUidLabel = "kubewarden.io/audit-scanner-run-uid";

/** Who writes reports, for the API server's record of who set which field. */
export const fieldManager = "kubewarden-audit-scanner";
