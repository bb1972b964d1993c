import {
  type AdmissionRequest,
  accept,
  definePolicy,
  mutate,
  type Part,
  partIn,
  partsIn,
  reject,
  rejectUnreadable,
  stringIn,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { mandatoryPodSpec } from "../mandatory-pod-spec.ts";
import { matchesOptions, optionNames, SeLinuxOptions } from "./options.ts";

const Settings = v.variant("rule", [
  v.object({ rule: v.literal("MustRunAs"), ...SeLinuxOptions.entries }),
  v.object({ rule: v.literal("RunAsAny") }),
]);
type Settings = v.InferOutput<typeof Settings>;

const lists = ["containers", "initContainers", "ephemeralContainers"];

export const policy = definePolicy({
  settings: Settings,
  check(settings) {
    if (settings.rule === "RunAsAny" || Object.keys(wantedOf(settings)).length > 0) return undefined;
    return "you have to provide at least a user, group, type or level settings";
  },
  validate: (request, settings) => rejectUnreadable(() => judge(request, settings)),
});

/** The options that were given. */
function wantedOf(settings: SeLinuxOptions): SeLinuxOptions {
  const given = optionNames.filter((name) => settings[name] != null);
  return Object.fromEntries(given.map((name) => [name, settings[name]]));
}

function judge(request: AdmissionRequest, settings: Settings): Verdict {
  const spec = mandatoryPodSpec(request);
  if (request.object == null || spec === undefined || settings.rule === "RunAsAny") return accept();
  const wanted = wantedOf(settings);
  const holders = [spec, ...lists.flatMap((name) => partsIn(spec, name))];
  const present = holders.map(optionsIn);
  if (present.some((options) => options !== undefined && !matchesOptions(options, wanted))) {
    return reject("SELinux validation failed");
  }
  const missing = holders.filter((_holder, index) => present[index] === undefined);
  for (const holder of missing) {
    const context = partIn(holder, "securityContext");
    holder.fields["securityContext"] = { ...context?.fields, seLinuxOptions: { ...wanted } };
  }
  return missing.length === 0 ? accept() : mutate(request.object);
}

function optionsIn(holder: Part): SeLinuxOptions | undefined {
  const options = partIn(partIn(holder, "securityContext"), "seLinuxOptions");
  return options && Object.fromEntries(optionNames.map((name) => [name, stringIn(options, name)]));
}
