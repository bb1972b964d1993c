import type { AuditedObject } from "../audited-object.ts";
import type { Question } from "../evaluation/evaluator.ts";
import type { StoredVerdict } from "../report-sink.ts";
import type { Verdict } from "../verdict.ts";
import type { KnownRevisions } from "./known-revisions.ts";
import type { ScanContext } from "./scan-context.ts";

export type JudgeContext = Pick<ScanContext, "evaluator" | "sink" | "options" | "tally" | "graceSignal">;

/**
 * What the policies say of an object, in the order of the questions. With `--incremental`, a verdict of a former run stands
 * for a new one where object and policy are the same and the policy looked at nothing else.
 * @throws the reason of `graceSignal`
 */
export async function judgeObject(
  object: AuditedObject,
  questions: readonly Question[],
  { revisions, ...context }: JudgeContext & { readonly revisions: KnownRevisions },
): Promise<readonly Verdict[]> {
  const { evaluator, options, graceSignal, tally } = context;
  if (questions.length === 0) return [];
  if (!options.incremental) return evaluator.evaluate(object, questions, graceSignal);
  const stored = reusable(context.sink.stored(object));
  const waiting = new Map<Question, Waiting>();
  const toTell = new Set<Question>();
  for (const question of questions) {
    const found = stored.get(key(question.policy.uniqueName, question.operation));
    if (found === undefined) continue;
    const revision = revisions.current(question.policy);
    if (revision === "ask") toTell.add(question);
    else waiting.set(question, { found, revision });
  }
  const ask = (some: readonly Question[]) => askAndTell(object, some, { ...context, revisions, toTell });
  const verdicts = await ask(questions.filter((question) => !waiting.has(question)));
  const changed: Question[] = [];
  for (const [question, { found, revision }] of waiting) {
    if ((await revision) === found.policyRevision) {
      verdicts.set(question, { ...found.verdict, policy: question.policy });
      tally.reused(1);
    } else changed.push(question);
  }
  const all = new Map([...verdicts, ...(await ask(changed))]);
  return questions.flatMap((question) => all.get(question) ?? []);
}

interface Waiting {
  readonly found: StoredVerdict;
  /** of the policy in this run */
  readonly revision: Promise<string | undefined>;
}

interface AskDeps extends JudgeContext {
  readonly revisions: KnownRevisions;
  /** questions of whose answers others wait to be told the revision */
  readonly toTell: ReadonlySet<Question>;
}

async function askAndTell(
  object: AuditedObject,
  questions: readonly Question[],
  { evaluator, graceSignal, revisions, toTell }: AskDeps,
): Promise<Map<Question, Verdict>> {
  try {
    const verdicts = questions.length === 0 ? [] : await evaluator.evaluate(object, questions, graceSignal);
    for (const verdict of verdicts) revisions.told(verdict.policy, verdict);
    return new Map(verdicts.map((verdict, index) => [questions[index]!, verdict]));
  } finally {
    for (const question of questions) if (toTell.has(question)) revisions.notTold(question.policy);
  }
}

/** Verdicts of policies that looked at nothing but the object. */
function reusable(stored: readonly StoredVerdict[]): ReadonlyMap<string, StoredVerdict> {
  const holding = stored.filter(({ reads, verdict }) => reads?.length === 0 && verdict.result !== "error");
  return new Map(holding.map((each) => [key(each.uniqueName, each.operation), each]));
}

function key(uniqueName: string, operation: string): string {
  return `${operation} ${uniqueName}`;
}
