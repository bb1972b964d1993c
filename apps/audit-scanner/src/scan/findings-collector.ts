import type { AuditablePolicy } from "../auditable-policy.ts";
import type { AuditedObject } from "../audited-object.ts";
import type { Question } from "../evaluation/evaluator.ts";
import type { Verdict } from "../verdict.ts";

/** All that the kinds of a family said about one object. */
export interface CollectedFindings {
  /** as it was listed first */
  readonly object: AuditedObject;
  readonly verdicts: readonly Verdict[];
}

/** Collects what is found about objects that come through several kinds (behaviour 39). */
export interface FindingsCollector {
  /** Whether the object came before, through another kind. */
  knows(object: AuditedObject): boolean;
  /** The questions that nobody has asked about the object yet: a policy judges an object once. */
  unasked(object: AuditedObject, questions: readonly Question[]): readonly Question[];
  add(object: AuditedObject, verdicts: readonly Verdict[]): void;
  /** Everything, in the order the objects came; it is forgotten here. */
  take(): Iterable<CollectedFindings>;
}

export function createFindingsCollector(): FindingsCollector {
  interface Collected {
    readonly object: AuditedObject;
    readonly asked: Map<AuditablePolicy, Set<string>>;
    readonly verdicts: Verdict[];
  }
  const byUid = new Map<string, Collected>();
  const collected = (object: AuditedObject): Collected =>
    byUid.getOrInsertComputed(object.uid, () => {
      const { bytes: _bytes, ...facts } = object;
      return { object: { ...facts, bytes: noBytes }, asked: new Map(), verdicts: [] };
    });
  return {
    knows: ({ uid }) => byUid.has(uid),
    unasked(object, questions) {
      const { asked } = collected(object);
      return questions.filter(({ policy, operation }) => {
        const operations = asked.getOrInsertComputed(policy, () => new Set());
        const isNew = !operations.has(operation);
        operations.add(operation);
        return isNew;
      });
    },
    add: (object, verdicts) => void collected(object).verdicts.push(...verdicts),
    *take() {
      for (const [uid, { object, verdicts }] of byUid) {
        byUid.delete(uid);
        yield { object, verdicts };
      }
    },
  };
}

/** A report does not need them, and they are what takes memory. */
const noBytes = new Uint8Array();
