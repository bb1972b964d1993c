import {
  type AdmissionRequest,
  accept,
  definePolicy,
  partOf,
  partsIn,
  reject,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import { CriteriaSettings, findCriteriaProblem, findSettingsProblem } from "../criteria.ts";

const subject = "environment variable";
const namePattern = /^[a-zA-Z_][a-zA-Z_0-9]*$/;

const lists = ["containers", "initContainers", "ephemeralContainers"] as const;

export const policy = definePolicy({
  settings: CriteriaSettings,
  check: (settings) =>
    findSettingsProblem(settings, subject, (name) => (namePattern.test(name) ? undefined : name)),
  validate(request, settings) {
    // What goes away brings no variable.
    if (request.operation === "DELETE") return accept();
    const problems = readContainers(request).flatMap(({ name, variables }) => {
      const problem = findCriteriaProblem(settings, variables, subject);
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
    return problems.length === 0 ? accept() : reject([...new Set(problems)].join(", "));
  },
});

/** @throws {Error} with the text alone, as the original, when the object is of another kind or cannot be read */
function readContainers(request: AdmissionRequest): { name: string; variables: Set<string> }[] {
  try {
    const spec = partOf(requirePodSpec(request));
    const containers = lists.flatMap((list) => partsIn(spec, list));
    return containers.map((container) => ({
      name: stringIn(container, "name") ?? "",
      variables: new Set(partsIn(container, "env").map((variable) => stringIn(variable, "name") ?? "")),
    }));
  } catch (error) {
    throw error instanceof UnreadableObjectError ? new Error(error.message, { cause: error }) : error;
  }
}
