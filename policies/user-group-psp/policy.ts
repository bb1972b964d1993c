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
import { findImageProblem } from "./image-user.ts";
import { checkIdentities, setIdentities } from "./pod-identities.ts";
import { checkSettings, Settings } from "./settings.ts";

export const policy = definePolicy({
  settings: Settings,
  check: checkSettings,
  validate(request, settings) {
    try {
      return judge(request, settings);
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject("Cannot parse validation request");
      throw error;
    }
  },
});

function judge(request: AdmissionRequest, settings: Settings): Verdict {
  const spec = partOf(requirePodSpec(request));
  if (request.object == null || spec === undefined) return accept();
  const images = imagesOf(spec);
  const plan = checkIdentities(spec, settings);
  if (plan.problem !== undefined) return reject(plan.problem);
  if (settings.validate_container_image_configuration) {
    const problem = firstImageProblem(images, settings);
    if (problem !== undefined) return reject(problem);
  }
  if (settings.validate_only) return plan.missing === undefined ? accept() : reject(plan.missing);
  return setIdentities(plan) ? mutate(request.object) : accept();
}

function imagesOf(spec: Part): string[] {
  const containers = [...partsIn(spec, "initContainers"), ...partsIn(spec, "containers")];
  return containers.map((container) => stringIn(container, "image")).filter((image) => image !== undefined);
}

function firstImageProblem(images: readonly string[], settings: Settings): string | undefined {
  for (const image of images) {
    const problem = findImageProblem(image, settings);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
