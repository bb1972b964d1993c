import { accept, definePolicy, type KubernetesObject, reject } from "@kubewarden-ts/policy-sdk";
import { type Re2, re2Pattern } from "@kubewarden-ts/policy-sdk/re2";
import * as v from "valibot";

const prefix = "Provided settings are not valid: ";

const Constraints = v.pipe(
  v.unknown(),
  v.check((value) => !Array.isArray(value), "constrained_labels: expected object, got array"),
  v.record(
    v.string(),
    re2Pattern((problem) => `${prefix}${problem}`),
  ),
);

const Settings = v.object({
  denied_labels: v.nullish(v.array(v.string()), []),
  mandatory_labels: v.nullish(v.array(v.string()), []),
  constrained_labels: v.nullish(Constraints, {}),
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check({ denied_labels, mandatory_labels, constrained_labels }) {
    const problems = [
      listed(
        "These labels cannot be constrained and denied at the same time: ",
        denied_labels.filter((name) => Object.hasOwn(constrained_labels, name)),
      ),
      listed(
        "These labels cannot be mandatory and denied at the same time: ",
        denied_labels.filter((name) => mandatory_labels.includes(name)),
      ),
    ].filter((problem) => problem !== undefined);
    return problems.length === 0 ? undefined : `${prefix}${problems.join("; ")}`;
  },
  validate({ object }, settings) {
    const labels = labelsOf(object);
    const problems = findProblems(labels ?? [], settings);
    if (problems.length > 0) return reject(problems.join(". "));
    if (labels !== undefined || !limitsLabels(settings)) return accept();
    return reject("metadata.labels is not an object", { code: 400 });
  },
});

/** Names and values, sorted by name; `undefined` when there are labels that cannot be read. */
function labelsOf(object: KubernetesObject | null | undefined): [string, string][] | undefined {
  const metadata: unknown = object?.metadata ?? {};
  const labels: unknown = isObject(metadata) ? (Reflect.get(metadata, "labels") ?? {}) : undefined;
  if (!isObject(labels)) return undefined;
  return Object.entries(labels)
    .map(([name, value]): [string, string] => [name, labelText(value)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether labels that cannot be read could hide one that is not allowed. */
function limitsLabels({ denied_labels, constrained_labels }: Settings): boolean {
  return denied_labels.length > 0 || Object.keys(constrained_labels).length > 0;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The API server lets only strings through; anything else is matched as it is written. */
function labelText(value: unknown): string {
  return typeof value === "string" ? value : value == null ? "" : JSON.stringify(value);
}

function findProblems(labels: [string, string][], settings: Settings): string[] {
  const { denied_labels, mandatory_labels, constrained_labels } = settings;
  const names = labels.map(([name]) => name);
  const denied = names.filter((name) => denied_labels.includes(name));
  const violating = labels.filter(([name, value]) => {
    const constraint: Re2 | undefined = Object.hasOwn(constrained_labels, name)
      ? constrained_labels[name]
      : undefined;
    return !denied.includes(name) && constraint !== undefined && !constraint.search(value);
  });
  const missing = mandatory_labels.filter((name) => !names.includes(name));
  return [
    listed("The following labels are denied: ", denied),
    listed(
      "The following labels are violating user constraints: ",
      violating.map(([name]) => name),
    ),
    listed("The following mandatory labels are missing: ", missing),
  ].filter((problem) => problem !== undefined);
}

function listed(text: string, names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `${text}${[...new Set(names)].join(",")}`;
}
