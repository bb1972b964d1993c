import type { AuditablePolicy, AuditedOperation } from "../auditable-policy.ts";
import type { AuditedObject } from "../audited-object.ts";
import type { Verdict } from "../verdict.ts";

/** What to ask about an object. */
export interface Question {
  readonly policy: AuditablePolicy;
  readonly operation: AuditedOperation;
}

/** Asks policy servers about objects. */
export interface Evaluator extends AsyncDisposable {
  /**
   * What each policy says of the object, one verdict for each question in their order.
   *
   * Whatever goes wrong between here and the policy is an `error` verdict with its cause as message.
   * @throws the reason of `signal` once that is aborted; nothing else
   */
  evaluate(
    object: AuditedObject,
    questions: readonly Question[],
    signal: AbortSignal,
  ): Promise<readonly Verdict[]>;
}
