import { defineCommand } from "../define-command.ts";
import { uriOrShaPrefix } from "../flags/policy-argument.ts";
import { locatePolicy, policyNotFound } from "../locate-policy.ts";

/** `kwctl rm` (kwctl-and-oci.md 6) */
export const rm = defineCommand({
  summary: "Removes a Kubewarden policy from the store",
  args: [uriOrShaPrefix],
  async run({ args: [name], files, policies }) {
    const { uri, pinned } = await locatePolicy(name, { files, policies });
    const policy = pinned ?? (await policies.find(uri));
    if (policy === undefined) throw policyNotFound(uri);
    await policies.remove(policy);
  },
});
