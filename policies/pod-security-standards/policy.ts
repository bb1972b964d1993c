import {
  type AdmissionRequest,
  accept,
  definePolicy,
  partIn,
  partOf,
  reject,
  rejectUnreadable,
  requirePodTemplate,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import { readPod } from "./pod.ts";
import { keepsContainers } from "./pod-update.ts";
import { minorOf, Settings } from "./settings.ts";
import { findViolations } from "./standards.ts";

export const policy = definePolicy({
  settings: Settings,
  validate: (request, settings) => rejectUnreadable(() => judge(request, settings)),
});

function judge(request: AdmissionRequest, settings: Settings): Verdict {
  const { level, version, exemptions } = settings;
  if (request.operation === "DELETE" || isExempt(request, settings)) return accept();
  const template = partOf(requirePodTemplate(request));
  if (template === undefined || partIn(template, "spec") === undefined) return accept();
  const pod = readPod(template);
  if (pod.runtimeClass !== undefined && exemptions.runtimeClasses.includes(pod.runtimeClass)) return accept();
  if (keepsContainers(request)) return accept();
  const violations = findViolations(pod, level, minorOf(version));
  if (violations.length === 0) return accept();
  const texts = violations.map(({ reason, detail }) => `${reason} (${detail})`);
  return reject(`violates PodSecurity "${level}:${version}": ${texts.join(", ")}`, { code: 403 });
}

function isExempt({ namespace, userInfo }: AdmissionRequest, { exemptions }: Settings): boolean {
  const { username } = userInfo;
  return (
    (namespace != null && exemptions.namespaces.includes(namespace)) ||
    (username != null && exemptions.users.includes(username))
  );
}
