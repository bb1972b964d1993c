import { isDeepStrictEqual } from "node:util";
import type { Question } from "./question.ts";
import type { SettingsForm } from "./questions-of.ts";

/**
 * Compares the questions of a file with those the settings' schema gives. Texts, groups, order and conditions are the
 * author's; paths, types, options and defaults are the schema's.
 * @returns one line per finding
 */
export function compareQuestions(asked: readonly Question[], form: SettingsForm): string[] {
  const given = new Map(withPaths(asked, ""));
  const wanted = new Map(withPaths(form.questions, ""));
  const unknown = [...given.keys()].filter((path) => !wanted.has(path) && !isUnasked(path, form));
  return [
    ...unknown.map((path) => `${path}: is asked for, but the settings have no such member`),
    ...[...wanted].flatMap(([path, question]) => {
      const other = given.get(path);
      if (other === undefined) return [`${path}: no question asks for this setting`];
      return differences(other, question).map((difference) => `${path}: ${difference}`);
    }),
  ];
}

/** What no question of ours can ask for, an author's may. */
function isUnasked(path: string, { unasked }: SettingsForm): boolean {
  return unasked.some(
    (setting) => path === setting || path.startsWith(`${setting}.`) || path.startsWith(`${setting}[]`),
  );
}

function withPaths(questions: readonly Question[], prefix: string): [string, Question][] {
  return questions.flatMap((question): [string, Question][] => {
    const path = `${prefix}${question.variable}`;
    return [
      [path, question],
      ...withPaths(question.subquestions ?? [], prefix),
      ...withPaths(question.sequence_questions ?? [], `${path}[].`),
    ];
  });
}

function differences(asked: Question, wanted: Question): string[] {
  const text = (value: unknown) => (value === undefined ? "none" : JSON.stringify(value));
  return (["type", "options", "default"] as const)
    .filter((member) => !isDeepStrictEqual(asked[member], wanted[member]))
    .map((member) => `${member}: expected ${text(wanted[member])}, received ${text(asked[member])}`);
}
