import type { AuditablePolicy, AuditedOperation } from "./auditable-policy.ts";

/** What a policy says of an object (audit-and-reports.md 2.9). */
export interface Verdict {
  readonly policy: AuditablePolicy;
  readonly operation: AuditedOperation;
  readonly result: "pass" | "fail" | "error";
  /** the policy's own, or why there is no verdict; `""` for none */
  readonly message: string;
  /** of a group: names of the members that refused, with their messages */
  readonly failedMembers?: Readonly<Record<string, string>>;
  /** it passes, but the policy would change the object (`mutation-pending`) */
  readonly mutationPending?: true;
  /** digest of module and settings that judged, where the server tells it */
  readonly revision?: string;
  /** cluster data that the verdict depends on, each as JSON, where the server tells it; absent: not known */
  readonly reads?: readonly string[];
  /** when it was given, in milliseconds since 1970 */
  readonly atMs: number;
}
