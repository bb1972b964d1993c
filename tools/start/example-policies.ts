import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const PLACEHOLDER = "$" + "{POLICIES}";
const MODULE = /\$\{POLICIES\}\/(?<name>[\w-]+)\.wasm/g;

/** Names of the policies that a template of `policies.yml` asks for, each once. */
export function policyNames(template: string): string[] {
  return [...new Set([...template.matchAll(MODULE)].map(({ groups }) => groups?.["name"] ?? ""))];
}

/** Writes `policies.yml` into a folder, with the folder's own path in place of `${POLICIES}`. */
export async function writePoliciesFile(template: string, folder: string): Promise<string> {
  const path = join(folder, "policies.yml");
  await mkdir(folder, { recursive: true });
  await writeFile(path, template.replaceAll(PLACEHOLDER, pathToFileURL(folder).pathname));
  return path;
}

export async function readTemplate(root: string): Promise<string> {
  return await readFile(join(root, "examples/policies.yml"), "utf8");
}
