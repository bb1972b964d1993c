import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { PoliciesFileError } from "./errors.ts";
import { PolicyEntry, PolicyGroupEntry } from "./policy-entry.ts";
import { memberNamesProblem, policyNameProblem } from "./policy-id.ts";
import { readYaml, type YamlMap, type YamlPath, type YamlValue } from "./yaml-value.ts";

export type { PolicyEntry, PolicyGroupEntry, PolicyMember } from "./policy-entry.ts";

/** Policy id to entry, in the order of the file. */
export type Policies = ReadonlyMap<string, PolicyEntry | PolicyGroupEntry>;

/**
 * Reads the content of a policies file (policy-server 2.1). Whether capability patterns and group expressions make
 * sense is for `checkPolicies` to say.
 * @param text - YAML 1.2 or JSON
 * @param path - of the file, for messages only
 * @throws {PoliciesFileError} with every mistake: file, policy id, field, what was expected, what was received
 * @example parsePolicies("psp:\n  module: file:///policies/psp.wasm\n", "policies.yml").get("psp")
 */
export function parsePolicies(text: string, path: string): Policies {
  const { entries, problems } = readEntries(text, path);
  const policies = new Map<string, PolicyEntry | PolicyGroupEntry>();
  for (const [id, value] of entries) {
    problems.push(...nameProblems(id, value));
    const result = v.safeParse(isGroup(value) ? PolicyGroupEntry : PolicyEntry, value);
    if (result.success) policies.set(id, result.output);
    else
      problems.push(
        ...schemaProblems(result.issues).map((line) => policiesFileProblem(path, `${id}: ${line}`)),
      );
  }
  if (problems.length > 0) throw new PoliciesFileError(problems, { code: "POLICIES_INVALID" });
  return policies;
}

/** A finding about a policies file, such as why it cannot be opened. */
export function policiesFileProblem(path: string, cause: string): string {
  return `error while loading policies from "${path}": ${cause}`;
}

function readEntries(text: string, path: string): { entries: YamlMap; problems: string[] } {
  const read = readYaml(text);
  if (read.kind === "syntax") {
    throw new PoliciesFileError([policiesFileProblem(path, read.problem)], { code: "POLICIES_NOT_YAML" });
  }
  const { value = new Map(), problems } = read;
  if (value instanceof Map) {
    const lines = problems.map((found) =>
      policiesFileProblem(path, `${formatPath(found.path)}${found.text}`),
    );
    return { entries: value, problems: lines };
  }
  const problem = policiesFileProblem(path, `invalid type: ${describe(value)}, expected a map`);
  throw new PoliciesFileError([problem], { code: "POLICIES_INVALID" });
}

/** What has a module is a policy, whatever else it has. */
function isGroup(value: YamlValue): value is YamlMap {
  return value instanceof Map && !value.has("module") && (value.has("policies") || value.has("expression"));
}

function nameProblems(id: string, value: YamlValue): string[] {
  const members = isGroup(value) ? value.get("policies") : undefined;
  const found = [
    policyNameProblem(id),
    members instanceof Map ? memberNamesProblem(id, members.keys()) : undefined,
  ];
  return found.filter((problem) => problem !== undefined);
}

function formatPath([id, ...fields]: YamlPath): string {
  if (id === undefined) return "";
  const path = fields.map((field) => (typeof field === "number" ? `[${field}]` : `.${field}`)).join("");
  return path === "" ? `${id}: ` : `${id}: ${path.replace(/^\./, "")}: `;
}

function describe(value: YamlValue): string {
  if (value === null) return "unit value";
  if (Array.isArray(value)) return "sequence";
  switch (typeof value) {
    case "string":
      return `string ${JSON.stringify(value)}`;
    case "bigint":
      return `integer \`${value}\``;
    case "number":
      return `floating point \`${value}\``;
    default:
      return `boolean \`${value}\``;
  }
}
