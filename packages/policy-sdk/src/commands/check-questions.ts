import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  compareQuestions,
  loadSettings,
  parseQuestions,
  questionsFileName,
  questionsOf,
} from "../questions/index.ts";

/**
 * Compares `questions-ui.yml` with the schema of the settings.
 * @param folder - where the file lies; without the file there is nothing to find
 * @returns one line per finding, each with the file's path
 */
export async function checkQuestions(entry: string, folder: string): Promise<string[]> {
  const path = join(folder, questionsFileName);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return [];
  const asked = parseQuestions(path, text);
  const form = questionsOf(await loadSettings(entry));
  return compareQuestions(asked, form).map((finding) => `${path}: ${finding}`);
}
