import {
  type AdmissionRequest,
  accept,
  definePolicy,
  integerIn,
  mutate,
  partIn,
  reject,
  rejectUnreadable,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { mandatoryPodSpec } from "../mandatory-pod-spec.ts";

const bound = v.optional(v.pipe(v.number(), v.integer()), 0);
const Range = v.object({ min: bound, max: bound });
const ranges = v.array(Range);

const Settings = v.variant("rule", [
  v.object({ rule: v.literal("MustRunAs"), ranges }),
  v.object({ rule: v.literal("MayRunAs"), ranges }),
  v.object({ rule: v.literal("RunAsAny") }),
]);
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check(settings) {
    if (settings.rule === "RunAsAny") return undefined;
    if (settings.ranges.length === 0) return `${settings.rule} must contain at least one range`;
    return settings.ranges.every(({ min, max }) => min <= max) ? undefined : "all ranges must be valid";
  },
  validate: (request, settings) => rejectUnreadable(() => judge(request, settings)),
});

function judge(request: AdmissionRequest, settings: Settings): Verdict {
  const spec = mandatoryPodSpec(request);
  if (request.object == null || spec === undefined || settings.rule === "RunAsAny") return accept();
  const { rule, ranges } = settings;
  const context = partIn(spec, "securityContext");
  const fsGroup = integerIn(context, "fsGroup");
  if (fsGroup !== undefined) {
    if (ranges.some(({ min, max }) => min <= fsGroup && fsGroup <= max)) return accept();
    // As it was written: a number above 2^53 is rounded only to be compared.
    return reject(`fsGroup ${String(context?.fields["fsGroup"])} is not included in any range`);
  }
  if (rule === "MayRunAs") return accept();
  spec.fields["securityContext"] = { ...context?.fields, fsGroup: ranges[0]?.min };
  return mutate(request.object);
}
