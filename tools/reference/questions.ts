import { join } from "node:path";
import {
  formatQuestions,
  loadSettings,
  questionsFileName,
  questionsOf,
} from "../../packages/policy-sdk/src/questions/index.ts";
import { GENERATED_YAML_NOTICE, type ReferenceDocument } from "./document.ts";

const POLICY_FILE = /^policies\/(?<name>[^/]+)\/policy\.ts$/;
const QUESTIONS_FILE = new RegExp(`^policies/[^/]+/${questionsFileName}$`);

/** Whether a file is one of those that {@link questionsDocuments} gives. */
export function isQuestionsFile(path: string): boolean {
  return QUESTIONS_FILE.test(path);
}

/**
 * The form for the settings of each policy, from the schema in `policies/<name>/policy.ts`.
 * @param root - where the paths start
 */
export async function questionsDocuments(
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<ReferenceDocument[]> {
  const names = [...files.keys()].flatMap((path) => POLICY_FILE.exec(path)?.groups?.["name"] ?? []);
  return await Promise.all(
    names.map(async (name) => {
      const form = questionsOf(await loadSettings(join(root, "policies", name, "policy.ts")));
      return {
        path: `policies/${name}/${questionsFileName}`,
        text: formatQuestions(form, GENERATED_YAML_NOTICE),
      };
    }),
  );
}
