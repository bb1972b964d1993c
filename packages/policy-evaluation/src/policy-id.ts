/** What a request is addressed to: a policy or a group, or one member of a group. */
export type PolicyId = { kind: "policy"; name: string } | { kind: "member"; group: string; name: string };

/**
 * Reads `name` or `group/member` (policy-runtime 2.8).
 * @returns `undefined` when the text is empty or has more than one slash
 */
export function parsePolicyId(text: string): PolicyId | undefined {
  const [first = "", second, ...rest] = text.split("/");
  if (text === "" || rest.length > 0) return undefined;
  return second === undefined
    ? { kind: "policy", name: first }
    : { kind: "member", group: first, name: second };
}

export function formatPolicyId(id: PolicyId): string {
  switch (id.kind) {
    case "policy":
      return id.name;
    case "member":
      return `${id.group}/${id.name}`;
  }
}

/** What to say of a text that is no policy id. */
export function invalidPolicyId(text: string): string {
  return `Not a valid Policy ID: ${text}`;
}

/** Why a key of policies.yml cannot be the id of a policy or group; `undefined` when it can. */
export function policyNameProblem(name: string): string | undefined {
  if (name === "") return invalidPolicyId(name);
  return name.includes("/") ? `policy name '${name}' contains a '/' character` : undefined;
}

/** Why a group cannot have members of these names; `undefined` when it can. */
export function memberNamesProblem(group: string, names: Iterable<string>): string | undefined {
  const invalid = [...names].filter((name) => name === "" || name.includes("/"));
  if (invalid.length === 0) return undefined;
  const list = invalid.map((name) => JSON.stringify(name)).join(", ");
  return `policy group '${group}' contains policies with invalid names: [${list}]`;
}
