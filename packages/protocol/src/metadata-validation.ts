import type { ContextAwareResource, PolicyMetadata, PolicyRule } from "./metadata.ts";

/**
 * Checks metadata before it goes into a module (policy-runtime 1.3). Resources are judged as the API server judges
 * those of a webhook, in the order in which they are listed.
 * @returns one line `path: problem` for each finding
 */
export function validateMetadata(metadata: PolicyMetadata): string[] {
  return [
    ...protocolVersionProblems(metadata),
    ...metadata.rules.flatMap((rule, index) => ruleProblems(rule, `rules[${index}]`)),
    ...metadata.contextAwareResources.flatMap((resource, index) =>
      contextAwareProblems(resource, `contextAwareResources[${index}]`),
    ),
  ];
}

function protocolVersionProblems({ protocolVersion, executionMode }: PolicyMetadata): string[] {
  if (protocolVersion === undefined) return ["protocolVersion: must be set"];
  return executionMode === "kubewarden-wapc" && protocolVersion === "Unknown"
    ? ["protocolVersion: Must specify a valid protocol version"]
    : [];
}

function ruleProblems({ apiGroups, apiVersions, resources, operations }: PolicyRule, path: string): string[] {
  return [
    ...wildcardProblems(apiGroups, `${path}.apiGroups`),
    ...wildcardProblems(apiVersions, `${path}.apiVersions`),
    ...resourcesProblems(resources, `${path}.resources`),
    ...wildcardProblems(operations, `${path}.operations`),
  ];
}

function wildcardProblems(values: string[], path: string): string[] {
  if (values.length === 0) return [emptyList(path)];
  return values.length > 1 && values.includes("*")
    ? [`${path}: No other elements can be defined when '*' is used`]
    : [];
}

function resourcesProblems(resources: string[], path: string): string[] {
  if (resources.length === 0) return [emptyList(path)];
  const problems = [
    ...resources.flatMap((resource, index) => resourceProblems(resource, resources.slice(0, index))),
    ...resourceListProblems(resources),
  ];
  return problems.map((problem) => `${path}: ${problem}`);
}

/** An entry is compared only with those listed before it. */
function resourceProblems(entry: string, former: string[]): string[] {
  if (entry === "") return ["empty resource is not allowed"];
  const slash = entry.indexOf("/");
  if (slash === -1) return [];
  const resource = entry.slice(0, slash);
  const subResource = entry.slice(slash + 1);
  const covering = [`${resource}/*`, `*/${subResource}`].filter((wildcard) => former.includes(wildcard));
  return covering.map((wildcard) => `if '${wildcard}' is present, must not specify ${entry}`);
}

function resourceListProblems(resources: string[]): string[] {
  const problems: string[] = [];
  if (resources.length > 1 && resources.includes("*/*")) {
    problems.push("if '*/*' is present, must not specify other resources");
  }
  // The last entry without subresource decides: ["*", "a"] is refused and ["a", "*"] is not.
  const lastPlain = resources.findLast((entry) => entry !== "" && !entry.includes("/"));
  if (resources.includes("*") && lastPlain !== "*") {
    problems.push("if '*' is present, must not specify other resources without subresources");
  }
  return problems;
}

function contextAwareProblems({ apiVersion, kind }: ContextAwareResource, path: string): string[] {
  const empty = Object.entries({ apiVersion, kind }).filter(([, value]) => value === "");
  return empty.map(([name]) => `${path}.${name}: must not be empty`);
}

function emptyList(path: string): string {
  return `${path}: must have at least one element`;
}
