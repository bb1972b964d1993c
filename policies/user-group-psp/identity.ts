import { booleanIn, integerIn, type Part, partIn } from "@kubewarden-ts/policy-sdk";
import type { Range, Settings, Strategy } from "./settings.ts";

/** Who a container runs as, or what a pod says for those of its containers that say nothing. */
export interface Identity {
  readonly runAsUser: number | undefined;
  readonly runAsGroup: number | undefined;
  readonly runAsNonRoot: boolean | undefined;
}

/** What the security context of a container or pod says. @throws {UnreadableObjectError} */
export function identityIn(holder: Part): Identity {
  const context = partIn(holder, "securityContext");
  return {
    runAsUser: integerIn(context, "runAsUser"),
    runAsGroup: integerIn(context, "runAsGroup"),
    runAsNonRoot: booleanIn(context, "runAsNonRoot"),
  };
}

/** What is to be done about an identity. */
export interface Findings {
  /** Why it cannot be accepted, whatever is set. */
  readonly problem?: string | undefined;
  /** What to set so that it can be accepted. */
  readonly set: Readonly<Record<string, number | boolean>>;
  /** How it is rejected where nothing may be set. */
  readonly missing: readonly string[];
}

const nothing: Findings = { set: {}, missing: [] };

/** Whether an ID lies in one of the ranges. */
export function isWithin(id: number, ranges: readonly Range[]): boolean {
  return ranges.some(({ min, max }) => min <= id && id <= max);
}

/** What the rules for user and group say of an identity. */
export function judgeIdentity(identity: Identity, { run_as_user, run_as_group }: Settings): Findings {
  const user = judgeUser(identity, run_as_user);
  const group = judgeGroup(identity, run_as_group);
  return {
    problem: user.problem ?? group.problem,
    set: { ...user.set, ...group.set },
    missing: [...user.missing, ...group.missing],
  };
}

function judgeUser({ runAsUser, runAsNonRoot }: Identity, strategy: Strategy): Findings {
  switch (strategy.rule) {
    case "MustRunAs":
      return judgeMandatory(runAsUser, strategy, {
        field: "runAsUser",
        outside: "User ID outside defined ranges",
        missing: "Missing user ID",
      });
    case "MustRunAsNonRoot": {
      const text = "RunAsNonRoot should be set to true";
      if (runAsNonRoot === false) return { ...nothing, problem: text };
      if (runAsUser === 0) {
        return { ...nothing, problem: "Invalid user ID: cannot run container with root ID (0)" };
      }
      return { set: { runAsNonRoot: true }, missing: runAsNonRoot ? [] : [text] };
    }
    default:
      return nothing;
  }
}

function judgeGroup({ runAsGroup }: Identity, strategy: Strategy): Findings {
  const outside = "Group ID is outside defined ranges";
  switch (strategy.rule) {
    case "MustRunAs":
      return judgeMandatory(runAsGroup, strategy, {
        field: "runAsGroup",
        outside,
        missing: "Missing group ID",
      });
    case "MayRunAs":
      return runAsGroup === undefined || isWithin(runAsGroup, strategy.ranges)
        ? nothing
        : { ...nothing, problem: outside };
    default:
      return nothing;
  }
}

function judgeMandatory(
  id: number | undefined,
  { ranges, overwrite }: Strategy,
  texts: { field: string; outside: string; missing: string },
): Findings {
  if (overwrite || id === undefined) {
    const set = { [texts.field]: ranges[0]?.min ?? 0 };
    return { set, missing: id === undefined ? [texts.missing] : [] };
  }
  return isWithin(id, ranges) ? nothing : { ...nothing, problem: texts.outside };
}
