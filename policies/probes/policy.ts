import {
  accept,
  type ContainerKind,
  containersIn,
  definePolicy,
  type FoundContainer,
  integerIn,
  type Part,
  partIn,
  partOf,
  reject,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import { findSettingsProblem, type ProbeSettings, probeFields, Settings } from "./settings.ts";

const labels: Readonly<Record<ContainerKind, string>> = {
  container: "container",
  init: "init container",
  ephemeral: "ephemeral container",
};

export const policy = definePolicy({
  settings: Settings,
  check: findSettingsProblem,
  validate(request, settings) {
    try {
      const spec = requirePodSpec(request);
      // Ephemeral containers cannot have probes.
      const containers = spec === undefined ? [] : containersIn(spec, { ephemeral: false });
      const problems = containers.flatMap((container) => findProblem(container, settings) ?? []);
      return problems.length === 0 ? accept() : reject(problems.join("; "));
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject("Cannot parse validation request");
      throw error;
    }
  },
});

function findProblem(found: FoundContainer, { liveness, readiness }: Settings): string | undefined {
  const container = partOf(found);
  // Init containers run to their end and cannot have probes, but for those that stay: sidecars.
  if (found.kind === "init" && stringIn(container, "restartPolicy") !== "Always") return undefined;
  const name = stringIn(container, "name") ?? "";
  const probes = [
    ["liveness", partIn(container, "livenessProbe"), liveness],
    ["readiness", partIn(container, "readinessProbe"), readiness],
  ] as const;
  for (const [kind, probe, settings] of probes) {
    if (!settings.enforce) continue;
    const problem =
      probe === undefined
        ? `container ${name} without ${kind} probe is not accepted`
        : findProbeProblem(probe, settings);
    if (problem !== undefined) return `${labels[found.kind]} ${name} is invalid: ${problem}`;
  }
  return undefined;
}

function findProbeProblem(probe: Part, settings: ProbeSettings): string | undefined {
  for (const field of probeFields) {
    const problem = findValueProblem(integerIn(probe, field), settings[field]);
    if (problem !== undefined) return `${field} validation failed: ${problem}`;
  }
  return undefined;
}

function findValueProblem(
  value: number | undefined,
  range: ProbeSettings["periodSeconds"],
): string | undefined {
  if (range == null) return undefined;
  if (value === undefined) return "missing value";
  const { minimum, limit } = range;
  if (minimum != null && value < minimum) return `${value} is below the minimum of ${minimum}`;
  if (limit != null && value > limit) return `${value} is above the limit of ${limit}`;
  return undefined;
}
