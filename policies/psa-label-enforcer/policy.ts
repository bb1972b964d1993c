import {
  type AdmissionRequest,
  accept,
  definePolicy,
  mutate,
  partIn,
  partOf,
  rejectUnreadable,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const modeNames = ["enforce", "audit", "warn"] as const;
const level = v.nullish(v.picklist(["privileged", "baseline", "restricted"]));
const version = v.nullish(v.string());
const Modes = v.strictObject({
  enforce: level,
  "enforce-version": version,
  audit: level,
  "audit-version": version,
  warn: level,
  "warn-version": version,
});
type Modes = v.InferOutput<typeof Modes>;

export const policy = definePolicy({
  settings: v.object({ modes: v.optional(Modes, {}) }),
  check: ({ modes }) => findProblem(modes),
  validate: (request, { modes }) => rejectUnreadable(() => setLabels(request, modes)),
});

function findProblem(modes: Modes): string | undefined {
  if (modeNames.every((mode) => modes[mode] == null)) {
    return "At least one of the 'enforce', 'audit' or 'warn' configuration must be defined";
  }
  for (const mode of modeNames) {
    const wanted = modes[`${mode}-version`];
    if (wanted != null && !isVersion(wanted)) {
      return `Version ${wanted} is invalid. It must follow the v<major>.<minor> pattern or be 'latest' value`;
    }
  }
  const lonely = modeNames.find((mode) => modes[`${mode}-version`] != null && modes[mode] == null);
  return lonely && `cannot define ${lonely} version with no ${lonely} mode.`;
}

function isVersion(text: string): boolean {
  return text === "latest" || /^v(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$/.test(text);
}

function setLabels({ kind, object }: AdmissionRequest, modes: Modes): Verdict {
  const namespace = partOf(object);
  if (object == null || namespace === undefined) return accept();
  if (kind.kind !== "Namespace" && object.kind !== "Namespace") return accept();
  const metadata = partIn(namespace, "metadata");
  const labels = partIn(metadata, "labels")?.fields ?? {};
  const changes = Object.entries(modes)
    .map(([name, value]) => [`pod-security.kubernetes.io/${name}`, value] as const)
    .filter(([name, value]) => value != null && labels[name] !== value);
  if (changes.length === 0) return accept();
  const changed = { ...labels, ...Object.fromEntries(changes) };
  namespace.fields["metadata"] = { ...metadata?.fields, labels: changed };
  return mutate(object);
}
