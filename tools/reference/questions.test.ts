import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GENERATED_YAML_NOTICE } from "./document.ts";
import { isQuestionsFile, questionsDocuments } from "./questions.ts";

const root = join(import.meta.dirname, "../..");

describe("questionsDocuments", () => {
  it("style 2: gives one file for each policy, and says in line 1 that it is generated", async () => {
    const files = new Map([
      ["policies/pod-privileged/policy.ts", ""],
      ["policies/pod-privileged/policy.test.ts", ""],
      ["policies/build.ts", ""],
    ]);
    const [document, ...others] = await questionsDocuments(root, files);
    expect([document?.path, others]).toEqual(["policies/pod-privileged/questions-ui.yml", []]);
    expect(document?.text).toMatch(new RegExp(`^# ${GENERATED_YAML_NOTICE}\n`));
    expect(document?.text).toContain("variable: skip_init_containers\n    type: boolean\n");
  });

  it("names a policy that cannot be loaded", async () => {
    const files = new Map([["policies/none/policy.ts", ""]]);
    await expect(questionsDocuments(root, files)).rejects.toThrow(
      /policies\/none\/policy\.ts: cannot be loaded/,
    );
  });
});

it.each([
  ["policies/a/questions-ui.yml", true],
  ["policies/a/b/questions-ui.yml", false],
  ["policies/a/metadata.yml", false],
])("isQuestionsFile(%j) is %s", (path, expected) => {
  expect(isQuestionsFile(path)).toBe(expected);
});
