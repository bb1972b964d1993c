import {
  accept,
  type ContainerKind,
  containersIn,
  definePolicy,
  type FoundContainer,
  reject,
  requirePodSpec,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const messages: Readonly<Record<ContainerKind, string>> = {
  container: "Privileged container is not allowed",
  init: "Privileged init container is not allowed",
  ephemeral: "Privileged ephemeral container is not allowed",
};

export const policy = definePolicy({
  settings: v.object({
    skip_init_containers: v.optional(v.boolean(), false),
    skip_ephemeral_containers: v.optional(v.boolean(), false),
  }),
  validate(request, { skip_init_containers, skip_ephemeral_containers }) {
    try {
      const spec = requirePodSpec(request);
      if (spec === undefined) return accept();
      const choice = { init: !skip_init_containers, ephemeral: !skip_ephemeral_containers };
      const found = containersIn(spec, choice).find(isPrivileged);
      return found === undefined ? accept() : reject(messages[found.kind]);
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject("Cannot parse validation request");
      throw error;
    }
  },
});

/** Anything that is neither a boolean nor absent is nothing we may pass over. */
function isPrivileged({ securityContext }: FoundContainer): boolean {
  const privileged = securityContext?.privileged ?? false;
  if (typeof privileged !== "boolean") throw new UnreadableObjectError("privileged: expected a boolean");
  return privileged;
}
