import {
  type AdmissionRequest,
  accept,
  definePolicy,
  mutate,
  type Part,
  partOf,
  partsIn,
  reject,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import { addDefaults, amountIn, findMissing, findOutOfBounds, resources } from "./resource-amounts.ts";
import { findSettingsProblem, isPresenceOnly, Settings } from "./settings.ts";

export const policy = definePolicy({
  settings: Settings,
  check: findSettingsProblem,
  validate(request, settings) {
    // What goes away uses nothing.
    if (request.operation === "DELETE") return accept();
    try {
      return judge(request, settings);
    } catch (error) {
      if (!(error instanceof UnreadableObjectError)) throw error;
      return reject(error.message.replace(/^Object should/, "object should"), { code: 400 });
    }
  },
});

function judge(request: AdmissionRequest, settings: Settings): Verdict {
  let changed = false;
  for (const container of partsIn(partOf(requirePodSpec(request)), "containers")) {
    if (isIgnored(stringIn(container, "image") ?? "", settings)) continue;
    const outcome = judgeContainer(container, settings);
    if (typeof outcome === "string") return reject(outcome, { code: 400 });
    changed ||= outcome;
  }
  return changed && request.object ? mutate(request.object) : accept();
}

function isIgnored(image: string, { ignoreImages }: Settings): boolean {
  return ignoreImages.some((ignored) =>
    ignored.endsWith("*") ? image.startsWith(ignored.slice(0, -1)) : image === ignored,
  );
}

/** @returns whether the container was changed, or what is wrong with it */
function judgeContainer(container: Part, settings: Settings): boolean | string {
  for (const resource of resources) {
    // What is not asked about has to be readable all the same.
    amountIn(container, resource, "limit");
    amountIn(container, resource, "request");
  }
  const limited = resources.flatMap((resource) => {
    const limits = settings[resource];
    return limits == null ? [] : [{ resource, limits, presenceOnly: isPresenceOnly(limits) }];
  });
  const required = limited.filter(({ presenceOnly }) => presenceOnly).map(({ resource }) => resource);
  const missing = required.length === 0 ? undefined : findMissing(container, required);
  if (missing !== undefined) return missing;
  let changed = false;
  for (const { resource, limits } of limited.filter(({ presenceOnly }) => !presenceOnly)) {
    const outcome = findOutOfBounds(container, resource, limits) ?? addDefaults(container, resource, limits);
    if (typeof outcome === "string") return outcome;
    changed ||= outcome;
  }
  return changed;
}
