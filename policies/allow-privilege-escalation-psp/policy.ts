import {
  accept,
  booleanIn,
  definePolicy,
  mutate,
  type Part,
  partIn,
  partOf,
  partsIn,
  reject,
  requirePodSpec,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

/** The lists of containers and what is said of each, in the order of the text. */
const messages = [
  ["initContainers", "one of the init containers has privilege escalation enabled"],
  ["containers", "one of the containers has privilege escalation enabled"],
  ["ephemeralContainers", "one of the ephemeral containers has privilege escalation enabled"],
] as const;

export const policy = definePolicy({
  settings: v.object({ default_allow_privilege_escalation: v.optional(v.boolean(), true) }),
  validate(request, { default_allow_privilege_escalation: allowedByDefault }) {
    try {
      const spec = partOf(requirePodSpec(request));
      const problems = messages.filter(([list]) => partsIn(spec, list).some((c) => escalation(c) === true));
      if (problems.length > 0) return reject(problems.map(([, message]) => message).join(", "));
      if (allowedByDefault || !forbidByDefault(spec)) return accept();
      return mutate(request.object ?? {});
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject("Cannot parse validation request");
      throw error;
    }
  },
});

function escalation(container: Part): boolean | undefined {
  return booleanIn(partIn(container, "securityContext"), "allowPrivilegeEscalation");
}

/** Edits the containers and init containers that say nothing, in place. @returns whether there was one */
function forbidByDefault(spec: Part | undefined): boolean {
  const silent = [...partsIn(spec, "initContainers"), ...partsIn(spec, "containers")].filter(
    (container) => escalation(container) === undefined,
  );
  for (const { fields } of silent) {
    const context = { ...Object(fields["securityContext"]), allowPrivilegeEscalation: false };
    fields["securityContext"] = context;
  }
  return silent.length > 0;
}
