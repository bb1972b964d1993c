import type { LabelSelector } from "@kubewarden-ts/api";
import type { Policy } from "@kubewarden-ts/api/policies";
import type { ApiResource } from "@kubewarden-ts/kube";

/** The operations under which an object that is there already can be judged. */
export type AuditedOperation = "CREATE" | "UPDATE";

/** A policy with all that is needed to ask about objects (audit-and-reports.md 2.4). */
export interface AuditablePolicy {
  readonly policy: Policy;
  /** its id at the policy server, and `results[].policy` */
  readonly uniqueName: string;
  readonly server: PolicyServerAddress;
  readonly objectSelector: LabelSelector;
  /** each once, in the order of the rules; with the operations to ask about */
  readonly resources: readonly AuditedResource[];
  /** conditions that only the API server evaluates; the result is marked `match-conditions: not-evaluated` */
  readonly hasMatchConditions: boolean;
}

export interface AuditedResource {
  readonly resource: ApiResource;
  readonly operations: readonly AuditedOperation[];
}

/** Where a PolicyServer is reached (audit-and-reports.md 2.8). */
export interface PolicyServerAddress {
  /** name of the PolicyServer */
  readonly name: string;
  /** `https://<service>.<namespace>.svc:<port>`, or what `--policy-server-url` says; no slash at its end */
  readonly url: string;
  /** of its ready endpoints, `host:port`, for spreading load; none: the URL's own host is asked */
  readonly endpoints: readonly string[];
}

/** Why a policy of a scope is not asked (audit-and-reports.md 2.4). */
export interface LeftOutPolicy {
  readonly uniqueName: string;
  readonly counted: "skipped" | "errored";
  /** for people: what to change */
  readonly reason: string;
}
