// What a policy wants to know of a pod, wherever the pod stands in the object.
import type { AdmissionRequest } from "./admission-request.ts";
import {
  hasPodSpec,
  type PodSpecSource,
  requirePodSpec,
  requirePodTemplate,
  UnreadableObjectError,
} from "./pod-spec.ts";
import { type Part, partOf } from "./typed-fields.ts";
import { reject, type Verdict } from "./verdict.ts";

/**
 * The pod spec of a Pod or workload, for policies with nothing to say about other objects. Where the request names
 * another kind, that of its object counts.
 * @returns `undefined` when the object is of another kind, and when object, template or spec is missing
 * @throws {UnreadableObjectError} when what is there cannot be read
 * @example booleanIn(podSpecIn(request), "hostNetwork")
 */
export function podSpecIn(request: AdmissionRequest): Part | undefined {
  const source = podSource(request);
  return source == null ? undefined : partOf(requirePodSpec(source));
}

/** As `podSpecIn`, for what holds metadata and pod spec: the template of a workload, a Pod itself. */
export function podTemplateIn(request: AdmissionRequest): Part | undefined {
  const source = podSource(request);
  return source == null ? undefined : partOf(requirePodTemplate(source));
}

/** Decides; an object that cannot be read is rejected with 400 and what is wrong with it. */
export function rejectUnreadable(decide: () => Verdict): Verdict {
  try {
    return decide();
  } catch (error) {
    if (error instanceof UnreadableObjectError) return reject(error.message, { code: 400 });
    throw error;
  }
}

function podSource(request: AdmissionRequest): PodSpecSource {
  if (request.object == null) return undefined;
  return [request, request.object].find(hasPodSpec);
}
