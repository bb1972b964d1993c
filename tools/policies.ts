// `npm run policies`: builds all policies into dist/policies, checks each against its metadata and its questions, and
// prints their sizes. The exit code is 1 when a check finds something.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PolicySdkError } from "@kubewarden-ts/policy-sdk/build";
import { metadataSectionName, parseMetadataSection } from "@kubewarden-ts/protocol";
import { customSections, readModule } from "@kubewarden-ts/wasm";
import { checkPolicy } from "../packages/policy-sdk/src/commands/check-policy.ts";
import { checkQuestions } from "../packages/policy-sdk/src/commands/check-questions.ts";
import { buildPolicies, type PolicyFile } from "../policies/build.ts";
import { formatTable } from "./policy-table.ts";

const root = join(import.meta.dirname, "..");

interface CheckedPolicy {
  row: [name: string, bytes: number, gzipBytes: number];
  findings: string[];
}

async function check({ name, path }: PolicyFile): Promise<CheckedPolicy> {
  const wasm = await readFile(path);
  const folder = join("policies", name);
  const [section] = customSections(readModule(wasm), metadataSectionName);
  const problems =
    section === undefined ? ["is not in the file"] : checkPolicy(wasm, parseMetadataSection(section));
  const findings = [
    ...problems.map((problem) => `${join(folder, "metadata.yml")}: ${problem}`),
    ...(await checkQuestions(join(root, folder, "policy.ts"), join(root, folder))),
  ];
  return { row: [name, wasm.length, gzipSync(wasm).length], findings };
}

/** Builds and checks all; a policy that cannot be built or loaded is a finding, too. */
async function policiesWithFindings(): Promise<CheckedPolicy[]> {
  const files = await buildPolicies({ log: (line) => process.stdout.write(`${line}\n`) });
  return await Promise.all(files.map(check));
}

function report(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line.replace(`${root}/`, "")}\n`);
  if (lines.length > 0) process.exitCode = 1;
}

try {
  const checked = await policiesWithFindings();
  process.stdout.write(formatTable(checked.map(({ row }) => row)));
  report(checked.flatMap(({ findings }) => findings));
} catch (error) {
  if (!(error instanceof PolicySdkError)) throw error;
  report(error.message.split("\n"));
}
