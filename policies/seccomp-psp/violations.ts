import { type Part, partIn, partsIn, stringIn } from "@kubewarden-ts/policy-sdk";
import type { Allowed } from "./allowed.ts";

const podAnnotation = "seccomp.security.alpha.kubernetes.io/pod";
const containerAnnotations = "container.seccomp.security.alpha.kubernetes.io";
const lists = ["containers", "initContainers", "ephemeralContainers"];

/**
 * What a Pod uses although it is not allowed: one text for annotations, pod, and each list of containers.
 * @throws {UnreadableObjectError}
 */
export function findViolations(pod: Part | undefined, allowed: Allowed): string[] {
  const spec = partIn(pod, "spec");
  return [
    annotationViolation(partIn(partIn(pod, "metadata"), "annotations"), allowed),
    podViolation(profileOf(spec), allowed),
    ...lists.map((list) =>
      containersViolation(
        partsIn(spec, list).flatMap((container) => profileOf(container) ?? []),
        allowed,
      ),
    ),
  ].filter((violation) => violation !== undefined);
}

interface Profile {
  readonly type: string;
  readonly localhostProfile: string | undefined;
}

function profileOf(holder: Part | undefined): Profile | undefined {
  const profile = partIn(partIn(holder, "securityContext"), "seccompProfile");
  if (profile === undefined) return undefined;
  return { type: stringIn(profile, "type") ?? "", localhostProfile: stringIn(profile, "localhostProfile") };
}

function annotationViolation(annotations: Part | undefined, allowed: Allowed): string | undefined {
  const names = Object.keys(annotations?.fields ?? {}).sort();
  const forbidden = names
    .filter((name) => name === podAnnotation || name.startsWith(containerAnnotations))
    .map((name) => stringIn(annotations, name) ?? "")
    .filter((profile) => !allowed.annotations.includes(profile));
  return forbidden.length === 0 ? undefined : `Seccomp profiles '${forbidden.join(",")}' are not allowed.`;
}

function podViolation(
  profile: Profile | undefined,
  { types, localhostProfiles }: Allowed,
): string | undefined {
  if (profile === undefined) return undefined;
  const { type, localhostProfile } = profile;
  if (!types.includes(type)) return `Invalid podspec seccomp profile types: ${type}`;
  if (type !== "Localhost") return undefined;
  if (localhostProfile === undefined) return "The podspec localhost seccomp profile must be set.";
  if (localhostProfiles.includes(localhostProfile)) return undefined;
  return `Invalid podspec seccomp profile: ${localhostProfile}`;
}

function containersViolation(profiles: readonly Profile[], allowed: Allowed): string | undefined {
  const local = profiles
    .filter(({ type }) => type === "Localhost")
    .map((profile) => profile.localhostProfile);
  if (local.includes(undefined)) return "The container localhost seccomp profile must be set.";
  const types = profiles.map(({ type }) => type).filter((type) => !allowed.types.includes(type));
  const files = local.filter((profile) => !allowed.localhostProfiles.includes(profile ?? ""));
  const problems = [
    types.length === 0 ? [] : `Invalid container seccomp profile types: ${types.join(",")}`,
    files.length === 0 ? [] : `Invalid container seccomp profile: ${files.join(",")}`,
  ].flat();
  return problems.length === 0 ? undefined : problems.join("; ");
}
