import { writeFile } from "node:fs/promises";
import { defineCommand } from "@kubewarden-ts/cli";
import { formatQuestions, loadSettings, questionsFileName, questionsOf } from "../questions/index.ts";
import { reportingProblems } from "./problems.ts";
import { sourceFlags } from "./source-flags.ts";

const notice =
  "Made from the policy's settings by `policy-sdk questions`; texts, groups and order may be edited.";

/** `policy-sdk questions` */
export const questionsCommand = defineCommand({
  summary: "Writes the form that user interfaces show for a policy's settings",
  flags: {
    entry: sourceFlags.entry,
    out: { type: "string", default: questionsFileName, valueName: "PATH", description: "File to write" },
  },
  run: ({ flags: { entry, out }, stdout, stderr }) =>
    reportingProblems(stderr, async () => {
      const form = questionsOf(await loadSettings(entry));
      await writeFile(out, formatQuestions(form, notice));
      stdout.write(`${out}: ${form.questions.length} questions\n`);
      return 0;
    }),
});
