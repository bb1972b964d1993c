import {
  type AdmissionRequest,
  type Part,
  partIn,
  partOf,
  partsIn,
  stringIn,
} from "@kubewarden-ts/policy-sdk";

/**
 * Whether an UPDATE of a Pod changes nothing the standards are about: of what they look at only new containers can come
 * with an update. Such requests pass whatever the Pod is, so that finalizers and labels of an old one can change.
 * @throws {UnreadableObjectError}
 */
export function keepsContainers({ operation, kind, object, oldObject }: AdmissionRequest): boolean {
  if (operation !== "UPDATE" || kind.kind !== "Pod" || oldObject == null) return false;
  const [spec, oldSpec] = [object, oldObject].map((pod) => partIn(partOf(pod), "spec"));
  const isSame = ["containers", "initContainers"].every(
    (list) => JSON.stringify(imagesIn(spec, list)) === JSON.stringify(imagesIn(oldSpec, list)),
  );
  const old = new Map(
    partsIn(oldSpec, "ephemeralContainers").map((one) => [stringIn(one, "name"), imageOf(one)]),
  );
  return (
    isSame &&
    partsIn(spec, "ephemeralContainers").every((one) => {
      const name = stringIn(one, "name");
      return old.has(name) && old.get(name) === imageOf(one);
    })
  );
}

function imagesIn(spec: Part | undefined, list: string): string[] {
  return partsIn(spec, list).map(imageOf);
}

function imageOf(container: Part): string {
  return stringIn(container, "image") ?? "";
}
