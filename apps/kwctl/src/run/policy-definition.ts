import type { PolicyEntry, PolicyGroupEntry, PolicyMember } from "@kubewarden-ts/policy-evaluation";
import type { PinnedPolicy } from "@kubewarden-ts/policy-store";
import type { WantedModule } from "./modules.ts";

/** One policy or group that `kwctl run` evaluates: the same facts as an entry of a server's policies file. */
export interface PolicyDefinition {
  readonly id: string;
  readonly entry: PolicyEntry | PolicyGroupEntry;
  /**
   * Who says which Kubernetes resources may be read, where the user allows it at all: the module's metadata (a policy
   * on the command line), or what is written in the entry (a custom resource).
   */
  readonly contextAware: "metadata" | "entry";
  /** Of a policy that the user named by its digest. */
  readonly pinned?: PinnedPolicy | undefined;
}

/** What is run: the policy itself, or the members of the group. */
export function membersOf({ entry }: PolicyDefinition): PolicyMember[] {
  return entry.kind === "policy" ? [entry] : Object.values(entry.policies);
}

/** The modules of all definitions. */
export function wantedModules(definitions: readonly PolicyDefinition[]): WantedModule[] {
  return definitions.flatMap((definition) =>
    membersOf(definition).map(({ module }) => ({ url: module, pinned: definition.pinned })),
  );
}

/** The same definition with some facts of every member replaced. */
export function mapMembers(
  { entry, ...rest }: PolicyDefinition,
  change: (member: PolicyMember) => Partial<PolicyMember>,
): PolicyDefinition {
  if (entry.kind === "policy") return { ...rest, entry: { ...entry, ...change(entry) } };
  const members = Object.entries(entry.policies).map(([name, member]): [string, PolicyMember] => [
    name,
    { ...member, ...change(member) },
  ]);
  return { ...rest, entry: { ...entry, policies: Object.fromEntries(members) } };
}
