import type { PolicyEntry, PolicyGroupEntry, PolicyMember } from "@kubewarden-ts/policy-evaluation";

/** One policy or group that `kwctl run` evaluates: the same facts as an entry of a server's policies file. */
export interface PolicyDefinition {
  readonly id: string;
  readonly entry: PolicyEntry | PolicyGroupEntry;
  /**
   * Who says which Kubernetes resources may be read, where the user allows it at all: the module's metadata (a policy
   * on the command line), or what is written in the entry (a custom resource).
   */
  readonly contextAware: "metadata" | "entry";
}

/** What is run: the policy itself, or the members of the group. */
export function membersOf({ entry }: PolicyDefinition): PolicyMember[] {
  return entry.kind === "policy" ? [entry] : Object.values(entry.policies);
}

/** The same definition with some facts of every member replaced. */
export function mapMembers(
  { id, entry, contextAware }: PolicyDefinition,
  change: (member: PolicyMember) => Partial<PolicyMember>,
): PolicyDefinition {
  if (entry.kind === "policy") return { id, entry: { ...entry, ...change(entry) }, contextAware };
  const members = Object.entries(entry.policies).map(([name, member]): [string, PolicyMember] => [
    name,
    { ...member, ...change(member) },
  ]);
  return { id, entry: { ...entry, policies: Object.fromEntries(members) }, contextAware };
}
