import { printable } from "@kubewarden-ts/base";
import { defineCommand } from "../define-command.ts";
import { outputFlag } from "../flags/output.ts";
import { type DescribedPolicy, describePolicies } from "../list/described-policy.ts";
import { formatSize } from "../list/format-size.ts";
import { framedTable } from "../list/framed-table.ts";

/** `kwctl policies` (kwctl-and-oci.md 6.2) */
export const policies = defineCommand({
  summary: "Lists all downloaded policies",
  flags: { ...outputFlag },
  async run({ flags, policies, log, stdout }) {
    const described = await describePolicies(policies, log);
    if (flags.output === "json") stdout.write(printable(`${JSON.stringify(described.map(toJson))}\n`));
    else if (described.length > 0) stdout.write(framedTable([heading, ...described.map(toRow)]));
  },
});

const heading = ["Policy", "Mutating", "Context aware", "SHA-256", "Size"];

function toRow({ uri, mutating, contextAware, sha256, size }: DescribedPolicy): string[] {
  const knownMutating = mutating === undefined ? "unknown" : yesOrNo(mutating);
  return [uri, knownMutating, yesOrNo(contextAware), sha256.slice(0, 12), formatSize(size)];
}

/** @returns `mutating` is `null` of a policy that was not annotated */
function toJson({ mutating = undefined, ...policy }: DescribedPolicy) {
  return { ...policy, mutating: mutating ?? null };
}

function yesOrNo(value: boolean): string {
  return value ? "yes" : "no";
}
