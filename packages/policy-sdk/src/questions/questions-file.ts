import { errorText } from "@kubewarden-ts/base";
import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { parse, stringify } from "yaml";
import { PolicySdkError } from "../errors.ts";
import { type Question, Questions } from "./question.ts";
import type { SettingsForm } from "./questions-of.ts";

/** The name user interfaces look for. */
export const questionsFileName = "questions-ui.yml";

/**
 * The text of `questions-ui.yml`.
 * @param notice - line 1, without the `#`
 */
export function formatQuestions({ questions, unasked }: SettingsForm, notice: string): string {
  const left = unasked.length === 0 ? "" : `# No form can ask for: ${unasked.join(", ")}\n`;
  return `# ${notice}\n${left}${stringify({ questions }, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

/** @throws {PolicySdkError} `SDK_QUESTIONS`, one line per problem */
export function parseQuestions(path: string, text: string): readonly Question[] {
  let source: unknown;
  try {
    source = parse(text);
  } catch (cause) {
    throw invalid([`${path}: ${errorText(cause)}`]);
  }
  const read = v.safeParse(Questions, source);
  if (read.success) return read.output.questions;
  throw invalid(schemaProblems(read.issues).map((problem) => `${path}: ${problem}`));
}

function invalid(lines: readonly string[]): PolicySdkError {
  return new PolicySdkError(lines.join("\n"), { code: "SDK_QUESTIONS" });
}
