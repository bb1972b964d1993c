export { compareQuestions } from "./compare-questions.ts";
export { loadSettings } from "./load-settings.ts";
export type { Question } from "./question.ts";
export { formatQuestions, parseQuestions, questionsFileName } from "./questions-file.ts";
export { questionsOf, type SettingsForm } from "./questions-of.ts";
