// What the policies allowed-fsgroups-psp and selinux-psp share.
import { type AdmissionRequest, type Part, podSpecIn } from "@kubewarden-ts/policy-sdk";

/**
 * As `podSpecIn`, for policies that do not pass over a Pod without spec.
 * @returns `undefined` for other kinds, when there is no object, and for a workload that lacks template or spec
 * @throws {UnreadableObjectError} when what is there cannot be read
 * @throws {Error} for a Pod without spec
 */
export function mandatoryPodSpec(request: AdmissionRequest): Part | undefined {
  const { kind, object } = request;
  const spec = podSpecIn(request);
  const isPod = object != null && (kind.kind === "Pod" || object.kind === "Pod");
  if (isPod && spec === undefined) throw new Error("invalid pod spec");
  return spec;
}
