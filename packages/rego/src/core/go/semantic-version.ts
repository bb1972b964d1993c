import { compareCodePoints } from "@kubewarden-ts/protocol";

/** A version as OPA reads it: SemVer 2.0.0 with numbers of 63 bits, and a `v` in front if one likes. */
export interface SemanticVersion {
  /** Major, minor and patch version. */
  readonly core: readonly bigint[];
  readonly preRelease: string;
}

const versionPattern = /^v?(0|[1-9]\d{0,18})\.(0|[1-9]\d{0,18})\.(0|[1-9]\d{0,18})(?:-([^+]*))?(?:\+(.*))?$/s;
const identifiers = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;
const maxInt64 = 2n ** 63n - 1n;

/** `undefined` for what is no version. */
export function parseVersion(text: string): SemanticVersion | undefined {
  const match = versionPattern.exec(text);
  if (match === null) return undefined;
  const [, major = "", minor = "", patch = "", preRelease, metadata] = match;
  const core = [BigInt(major), BigInt(minor), BigInt(patch)];
  if (core.some((number) => number > maxInt64)) return undefined;
  if (metadata !== undefined && !identifiers.test(metadata)) return undefined;
  if (preRelease !== undefined && !isPreRelease(preRelease)) return undefined;
  return { core, preRelease: preRelease ?? "" };
}

function isPreRelease(text: string): boolean {
  return identifiers.test(text) && text.split(".").every((identifier) => !/^0\d+$/.test(identifier));
}

/** Negative, zero or positive. */
export function compareVersions(left: SemanticVersion, right: SemanticVersion): number {
  const different = left.core.findIndex((number, index) => number !== right.core[index]);
  if (different >= 0) return left.core[different]! > right.core[different]! ? 1 : -1;
  if (left.preRelease === right.preRelease) return 0;
  if (left.preRelease === "") return 1;
  if (right.preRelease === "") return -1;
  return comparePreReleases(left.preRelease.split("."), right.preRelease.split("."));
}

function comparePreReleases(left: readonly string[], right: readonly string[]): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const order = compareIdentifiers(left[index]!, right[index]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Numbers come before names. */
function compareIdentifiers(left: string, right: string): number {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return Number(a > b) - Number(a < b);
  if (a === undefined && b === undefined) return compareCodePoints(left, right);
  return a === undefined ? 1 : -1;
}

/** Go reads a number that is too large as the largest one. */
function numberOf(identifier: string): bigint | undefined {
  if (!/^\d+$/.test(identifier)) return undefined;
  return identifier.length > 19 || BigInt(identifier) > maxInt64 ? maxInt64 : BigInt(identifier);
}
