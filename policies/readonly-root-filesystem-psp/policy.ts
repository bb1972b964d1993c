import {
  accept,
  booleanIn,
  definePolicy,
  type Part,
  partIn,
  partsIn,
  podSpecIn,
  reject,
  rejectUnreadable,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

/** The lists of containers and what is said of each, in the order of the text. */
const messages = [
  ["initContainers", "One of the init containers does not have readOnlyRootFilesystem enabled"],
  ["containers", "One of the containers does not have readOnlyRootFilesystem enabled"],
] as const;

export const policy = definePolicy({
  settings: v.object({}),
  validate: (request) =>
    rejectUnreadable(() => {
      const spec = podSpecIn(request);
      const problems = messages.filter(([list]) => partsIn(spec, list).some(isWritable));
      return problems.length === 0 ? accept() : reject(problems.map(([, message]) => message).join(", "));
    }),
});

function isWritable(container: Part): boolean {
  return booleanIn(partIn(container, "securityContext"), "readOnlyRootFilesystem") !== true;
}
