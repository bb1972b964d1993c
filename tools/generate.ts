// `npm run generate`: writes docs/reference, the forms of the policies' settings and the CustomResourceDefinitions from the
// code; with `--check` only says what is stale.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadSubcommands } from "@kubewarden-ts/cli";
import { scannerProgram } from "../apps/audit-scanner/src/program.ts";
import { controllerProgram } from "../apps/controller/src/program.ts";
import { kwctlProgram } from "../apps/kwctl/src/program.ts";
import { policyServer } from "../apps/policy-server/src/program.ts";
import { createPolicyProgram } from "../packages/create-policy/src/program.ts";
import { program as policySdk } from "../packages/policy-sdk/src/commands/program.ts";
import { commandsDocument } from "./reference/commands.ts";
import {
  customResourceDefinitionFiles,
  isCustomResourceDefinitionFile,
} from "./reference/custom-resource-definitions.ts";
import { type ReferenceDocument, staleDocuments } from "./reference/document.ts";
import { errorCodesDocument } from "./reference/error-codes.ts";
import { policiesDocument } from "./reference/policies.ts";
import { policiesFileDocument } from "./reference/policies-file.ts";
import { isQuestionsFile, questionsDocuments } from "./reference/questions.ts";
import { resourcesDocument } from "./reference/resources.ts";
import { readSourceTree, type SourceTree } from "./source-tree.ts";

const root = join(import.meta.dirname, "..");

async function generate({ files }: SourceTree): Promise<ReferenceDocument[]> {
  const programs = [
    policyServer,
    controllerProgram,
    scannerProgram,
    await loadSubcommands(kwctlProgram({ ownVersion: "", open })),
    policySdk,
    createPolicyProgram({ ownVersion: "" }),
  ];
  return [
    ...programs.map(commandsDocument),
    policiesFileDocument(),
    policiesDocument(files),
    errorCodesDocument(files),
    resourcesDocument(files),
    ...customResourceDefinitionFiles(),
    ...(await questionsDocuments(root, files)),
  ];
}

function presentDocuments({ files }: SourceTree): Map<string, string> {
  return new Map([...files].filter(([path]) => isGenerated(path)));
}

function isGenerated(path: string): boolean {
  return path.startsWith("docs/reference/") || isQuestionsFile(path) || isCustomResourceDefinitionFile(path);
}

function write(documents: readonly ReferenceDocument[], present: ReadonlyMap<string, string>): void {
  for (const path of present.keys()) rmSync(join(root, path));
  for (const { path, text } of documents) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const tree = readSourceTree(root);
const documents = await generate(tree);
if (process.argv.includes("--check")) {
  const stale = staleDocuments(documents, presentDocuments(tree));
  for (const line of stale) process.stdout.write(`${line}\n`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  write(documents, presentDocuments(tree));
  process.stdout.write(`${documents.length} files\n`);
}
