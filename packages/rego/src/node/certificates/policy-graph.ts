import { isSameName } from "@kubewarden-ts/x509";
import type { GoCertificate } from "./go-certificate.ts";

/** A policy that holds at one level, and where it comes from (RFC 9618 section 5). */
interface Node {
  readonly policy: string;
  readonly parents: Set<Node>;
  readonly children: Set<Node>;
  /** Policies by which the next certificate may name it. */
  expected: readonly string[];
}
type Level = Map<string, Node>;

const anyPolicy = "2.5.29.32.0";

/**
 * Whether the policies of a path are valid, when any policy will do (RFC 5280 6.1 as changed by RFC 9618).
 * @param path - from the last certificate to the anchor
 */
export function arePoliciesValid(path: readonly GoCertificate[]): boolean {
  const below = path.slice(0, -1).toReversed();
  if (below.length === 0) return true;
  const counters = {
    explicitPolicy: below.length + 1,
    policyMapping: below.length + 1,
    anyPolicy: below.length + 1,
  };
  let levels: Level[] | undefined = [new Map([[anyPolicy, node(anyPolicy, [])]])];
  for (const [index, certificate] of below.entries()) {
    const isLast = index === below.length - 1;
    if ((certificate.policies ?? []).length === 0) levels = undefined;
    if (counters.explicitPolicy === 0 && levels === undefined) return false;
    if (levels !== undefined) {
      addLevel(levels, certificate, counters.anyPolicy > 0 || (!isLast && isSelfIssued(certificate)));
      if (!isLast && !mapPolicies(levels, certificate, counters.policyMapping > 0)) return false;
    }
    if (!isLast) count(counters, certificate);
  }
  if (counters.explicitPolicy > 0) counters.explicitPolicy--;
  if (path[0]?.policyConstraints?.requireExplicitPolicy === 0) counters.explicitPolicy = 0;
  return counters.explicitPolicy > 0 || (levels !== undefined && hasValidPolicy(levels));
}

function node(policy: string, parents: readonly Node[]): Node {
  const made: Node = { policy, parents: new Set(parents), children: new Set(), expected: [policy] };
  for (const parent of parents) parent.children.add(made);
  return made;
}

function isSelfIssued({ certificate }: GoCertificate): boolean {
  return isSameName(certificate.issuer, certificate.subject);
}

/** RFC 9618 5.3 (d). */
function addLevel(levels: Level[], { policies = [] }: GoCertificate, isAnyAllowed: boolean): void {
  const above = levels.at(-1)!;
  const byExpected = new Map<string, Node[]>();
  for (const parent of above.values()) {
    for (const expected of parent.expected) byExpected.getOrInsert(expected, []).push(parent);
  }
  const level: Level = new Map();
  levels.push(level);
  const any = above.get(anyPolicy);
  for (const policy of policies) {
    if (policy === anyPolicy) continue;
    const parents = byExpected.get(policy) ?? (any === undefined ? [] : [any]);
    if (parents.length > 0) level.set(policy, node(policy, parents));
  }
  if (policies.includes(anyPolicy) && isAnyAllowed) {
    const missing = [...byExpected].filter(([expected]) => !level.has(expected));
    for (const [expected, parents] of missing) level.set(expected, node(expected, parents));
  }
  prune(levels);
}

/** Takes out what leads nowhere, from the last level but one upwards. */
function prune(levels: readonly Level[]): void {
  for (const level of levels.slice(1, -1).toReversed()) {
    for (const [policy, member] of level) {
      if (member.children.size > 0) continue;
      for (const parent of member.parents) parent.children.delete(member);
      level.delete(policy);
    }
  }
}

/** RFC 9618 5.4 (b). @returns `false` for a mapping that may not be */
function mapPolicies(
  levels: readonly Level[],
  { policyMappings }: GoCertificate,
  isAllowed: boolean,
): boolean {
  const level = levels.at(-1)!;
  const mapped = new Map<string, string[]>();
  for (const { issuerPolicy, subjectPolicy } of policyMappings) {
    if (!isAllowed) {
      const removed = level.get(issuerPolicy);
      for (const parent of removed?.parents ?? []) parent.children.delete(removed!);
      level.delete(issuerPolicy);
    } else if (issuerPolicy === anyPolicy || subjectPolicy === anyPolicy) {
      return false;
    } else {
      mapped.getOrInsert(issuerPolicy, []).push(subjectPolicy);
    }
  }
  if (policyMappings.length > 0) prune(levels);
  for (const [policy, subjects] of mapped) {
    const any = level.get(anyPolicy);
    const member = level.get(policy) ?? (any && node(policy, [any]));
    if (member === undefined) continue;
    member.expected = subjects;
    level.set(policy, member);
  }
  return true;
}

interface Counters {
  explicitPolicy: number;
  policyMapping: number;
  anyPolicy: number;
}

/** RFC 5280 6.1.4 (h) to (j): a certificate can only lower them. */
function count(counters: Counters, certificate: GoCertificate): void {
  const { policyConstraints, inhibitAnyPolicy } = certificate;
  const step = isSelfIssued(certificate) ? 0 : 1;
  const lower = (value: number, limit: number | undefined): number =>
    Math.min(Math.max(value - step, 0), limit !== undefined && limit >= 0 ? limit : Number.POSITIVE_INFINITY);
  counters.explicitPolicy = lower(counters.explicitPolicy, policyConstraints?.requireExplicitPolicy);
  counters.policyMapping = lower(counters.policyMapping, policyConstraints?.inhibitPolicyMapping);
  counters.anyPolicy = lower(counters.anyPolicy, inhibitAnyPolicy);
}

/** RFC 9618 5.5 (g): a policy that hangs on `anyPolicy` alone, or that itself at the end. */
function hasValidPolicy(levels: readonly Level[]): boolean {
  const members = levels.flatMap((level) => [...level.values()]);
  return (
    levels.at(-1)!.has(anyPolicy) ||
    members.some(({ policy, parents }) => {
      const [parent, ...others] = parents;
      return policy !== anyPolicy && parent?.policy === anyPolicy && others.length === 0;
    })
  );
}
