import { integersIn, type Part, partIn, partsIn } from "@kubewarden-ts/policy-sdk";
import { type Identity, identityIn, isWithin, judgeIdentity } from "./identity.ts";
import type { Settings, Strategy } from "./settings.ts";

const outsideGroup = "Group ID is outside defined ranges";

/** What is to be done about a pod. */
export interface Plan {
  /** Why it is rejected, whatever is set. */
  readonly problem: string | undefined;
  /** Why it is rejected where nothing may be set. */
  readonly missing: string | undefined;
  /** What to set in the security contexts of containers and of the pod. */
  readonly edits: readonly Edit[];
}

type Fields = Readonly<Record<string, unknown>>;

interface Edit {
  readonly holder: Part;
  readonly fields: Fields;
}

/**
 * Compares users and groups with the settings: init containers, containers, the pod, its supplemental groups.
 * @throws {UnreadableObjectError}
 */
export function checkIdentities(spec: Part, settings: Settings): Plan {
  const ofPod = identityIn(spec);
  const containers = [...partsIn(spec, "initContainers"), ...partsIn(spec, "containers")];
  const identities = containers.map(identityIn);
  const effective = identities.map((own) => withInherited(own, ofPod));
  // A container is given its own IDs; where nothing may be set, those it has from the pod are good enough.
  const judged = (settings.validate_only ? effective : identities).map((one) => judgeIdentity(one, settings));
  const isSet = !settings.validate_only && judged.some(({ set }) => Object.keys(set).length > 0);
  const pod = isSet ? judgeIdentity(ofPod, settings) : undefined;
  const supplemental = judgeSupplemental(spec, settings.supplemental_groups);
  return {
    problem:
      judged.find(({ problem }) => problem !== undefined)?.problem ??
      pod?.problem ??
      inheritedProblem(effective, settings) ??
      supplemental.problem,
    missing: [...judged.flatMap(({ missing }) => missing), ...supplemental.missing][0],
    edits: [
      ...containers.map((holder, index) => ({ holder, fields: judged[index]?.set ?? {} })),
      { holder: spec, fields: { ...pod?.set, ...supplemental.set } },
    ],
  };
}

function withInherited(own: Identity, pod: Identity): Identity {
  return {
    runAsUser: own.runAsUser ?? pod.runAsUser,
    runAsGroup: own.runAsGroup ?? pod.runAsGroup,
    runAsNonRoot: own.runAsNonRoot ?? pod.runAsNonRoot,
  };
}

/** Nothing is set with `MayRunAs`: a container without group runs as that of the pod. */
function inheritedProblem(
  effective: readonly Identity[],
  { run_as_group: { rule, ranges } }: Settings,
): string | undefined {
  if (rule !== "MayRunAs") return undefined;
  const groups = effective.map(({ runAsGroup }) => runAsGroup).filter((group) => group !== undefined);
  return groups.every((group) => isWithin(group, ranges)) ? undefined : outsideGroup;
}

function judgeSupplemental(
  spec: Part,
  { rule, ranges, overwrite }: Strategy,
): { problem?: string; set: Fields; missing: readonly string[] } {
  const nothing = { set: {}, missing: [] };
  const groups = integersIn(partIn(spec, "securityContext"), "supplementalGroups");
  if (rule !== "MustRunAs" && rule !== "MayRunAs") return nothing;
  if (rule === "MustRunAs" && (overwrite || groups.length === 0)) {
    const missing = groups.length === 0 ? ["Missing supplemental group ID"] : [];
    return { set: { supplementalGroups: [ranges[0]?.min ?? 0] }, missing };
  }
  const isOutside = groups.some((group) => !isWithin(group, ranges));
  return isOutside ? { ...nothing, problem: outsideGroup } : nothing;
}

/** Edits the pod in place. @returns whether there was something to change */
export function setIdentities({ edits }: Plan): boolean {
  return edits.map(edit).some((changed) => changed);
}

function edit({ holder, fields }: Edit): boolean {
  const context = partIn(holder, "securityContext")?.fields;
  const changes = Object.entries(fields).filter(
    ([name, value]) => JSON.stringify(context?.[name]) !== JSON.stringify(value),
  );
  if (changes.length === 0) return false;
  holder.fields["securityContext"] = { ...context, ...Object.fromEntries(changes) };
  return true;
}
