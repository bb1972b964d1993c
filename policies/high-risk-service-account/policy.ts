import {
  accept,
  booleanIn,
  containersIn,
  definePolicy,
  partOf,
  reject,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { checkAccess } from "./access.ts";
import { combinationsOf, Rule } from "./block-rule.ts";

const Settings = v.object({ blockRules: v.optional(v.array(Rule), []) });

export const policy = definePolicy({
  settings: Settings,
  check({ blockRules }) {
    if (blockRules.length === 0) return "block_rules cannot be empty";
    const isEmpty = blockRules.some(
      ({ apiGroups, resources, verbs }) =>
        apiGroups.length === 0 || resources.length === 0 || verbs.length === 0,
    );
    return isEmpty ? "Invalid rule: Rule must specify apiGroups, resources, and verbs" : undefined;
  },
  validate(request, { blockRules }) {
    try {
      const podSpec = requirePodSpec(request) ?? {};
      // A spec that no API server would take is refused as a whole.
      containersIn(podSpec);
      const spec = partOf(podSpec);
      if (booleanIn(spec, "automountServiceAccountToken") === false) return accept();
      // The second is the former name of the first.
      const account = stringIn(spec, "serviceAccountName") || stringIn(spec, "serviceAccount") || "default";
      return judge(`system:serviceaccount:${request.namespace ?? ""}:${account}`, blockRules);
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject("Failed to extract pod spec", { code: 400 });
      throw error;
    }
  },
});

/** The first permission the account has is enough; one that cannot be asked for is passed over, unless none can. */
function judge(user: string, rules: readonly Rule[]): Verdict {
  let answered = false;
  for (const combination of rules.flatMap(combinationsOf)) {
    const answer = checkAccess(user, combination);
    if (answer === "unknown") continue;
    answered = true;
    if (answer === "denied") continue;
    const { verb, group, resource, namespace } = combination;
    const where = namespace === undefined ? "in the cluster" : `in namespace '${namespace}'`;
    const deed = `perform ${verb} ${group}/${resource} ${where}`;
    return reject(`Cannot use service account '${user}' with permissions to ${deed}`, { code: 403 });
  }
  if (answered) return accept();
  return reject("Failed to check permissions for all SubjectAccessReviews", { code: 403 });
}
