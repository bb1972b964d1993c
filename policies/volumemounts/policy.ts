import {
  accept,
  containersIn,
  definePolicy,
  type FoundContainer,
  partOf,
  partsIn,
  reject,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const Settings = v.object({
  operator: v.optional(v.picklist(["anyIn", "anyNotIn", "allAreUsed", "notAllAreUsed"]), "anyIn"),
  volumeMountsNames: v.optional(v.array(v.string()), []),
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check: ({ volumeMountsNames }) =>
    volumeMountsNames.length === 0 ? "volumeMountsNames is empty" : undefined,
  validate(request, settings) {
    try {
      const spec = requirePodSpec(request);
      const containers = spec === undefined ? [] : containersIn(spec);
      const problems = containers.flatMap((container) => findProblem(container, settings) ?? []);
      return problems.length === 0 ? accept() : reject(problems.join(""));
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject("Cannot parse validation request");
      throw error;
    }
  },
});

function findProblem(container: FoundContainer, settings: Settings): string | undefined {
  const part = partOf(container);
  const mounted = partsIn(part, "volumeMounts").map((mount) => stringIn(mount, "name") ?? "");
  if (mounted.length === 0) return undefined;
  const problem = findProblemOf(mounted, settings);
  return problem === undefined
    ? undefined
    : `container ${stringIn(part, "name") ?? ""} is invalid: ${problem}\n`;
}

function findProblemOf(
  mounted: readonly string[],
  { operator, volumeMountsNames }: Settings,
): string | undefined {
  const listed = mounted.filter((name) => volumeMountsNames.includes(name));
  const unlisted = mounted.filter((name) => !volumeMountsNames.includes(name));
  const missing = volumeMountsNames.filter((name) => !mounted.includes(name));
  switch (operator) {
    case "anyIn":
      return problemText("names not allowed", listed);
    case "anyNotIn":
      return problemText("names not allowed", unlisted);
    case "allAreUsed":
      return missing.length > 0 ? undefined : problemText("names not allowed together", volumeMountsNames);
    case "notAllAreUsed":
      return problemText("names are missing", missing);
  }
}

function problemText(problem: string, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined;
  const sorted = [...new Set(names)].sort().map((name) => JSON.stringify(name));
  return `volumeMount ${problem}: [${sorted.join(", ")}]`;
}
