/** A version as https://semver.org says. */
export interface SemanticVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** What stands behind `-`, split at dots; empty for a release. */
  readonly prerelease: readonly string[];
  /** What stands behind `+`; says nothing about order. */
  readonly build: readonly string[];
}

/** The text is no semantic version. */
export class SemanticVersionError extends Error {
  override readonly name = "SemanticVersionError";
}

const number = /^(?:0|[1-9]\d{0,15})$/;
const identifier = /^[0-9A-Za-z-]+$/;
const digits = /^\d+$/;

/**
 * Reads a version.
 * @throws {SemanticVersionError} when it is none; a leading `v` makes it none
 * @example compareVersions(parseVersion("1.2.0-rc.1"), parseVersion("1.2.0")) // -1
 */
export function parseVersion(text: string): SemanticVersion {
  const [release, build] = splitAt(text, text.indexOf("+"));
  const [core, prerelease] = splitAt(release, release.indexOf("-"));
  const numbers = core.split(".", 4);
  if (numbers.length !== 3 || !numbers.every((part) => number.test(part))) throw invalid(text);
  const [major = 0, minor = 0, patch = 0] = numbers.map(Number);
  if (![major, minor, patch].every(Number.isSafeInteger)) throw invalid(text);
  const before = prerelease?.split(".") ?? [];
  const built = build?.split(".") ?? [];
  if (![...before, ...built].every((part) => identifier.test(part))) throw invalid(text);
  if (before.some((part) => digits.test(part) && part.length > 1 && part.startsWith("0")))
    throw invalid(text);
  return { major, minor, patch, prerelease: before, build: built };
}

/** The text of a version. */
export function formatVersion({ major, minor, patch, prerelease, build }: SemanticVersion): string {
  const before = prerelease.length === 0 ? "" : `-${prerelease.join(".")}`;
  return `${major}.${minor}.${patch}${before}${build.length === 0 ? "" : `+${build.join(".")}`}`;
}

/** Below 0 when the left one is older, above 0 when it is newer, else 0. Builds do not count. */
export function compareVersions(left: SemanticVersion, right: SemanticVersion): number {
  for (const field of ["major", "minor", "patch"] as const) {
    if (left[field] !== right[field]) return Math.sign(left[field] - right[field]);
  }
  return comparePrereleases(left.prerelease, right.prerelease);
}

/** A release is newer than what comes before it. */
function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return Math.sign(right.length - left.length);
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const compared = compareIdentifiers(part, other);
    if (compared !== 0) return compared;
  }
  return left.length === right.length ? 0 : -1;
}

/** Numbers are older than words, a longer number is the larger one. */
function compareIdentifiers(left: string, right: string): number {
  const [leftIsNumber, rightIsNumber] = [digits.test(left), digits.test(right)];
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  if (leftIsNumber && left.length !== right.length) return Math.sign(left.length - right.length);
  return left === right ? 0 : left < right ? -1 : 1;
}

/** The text before a separator of one character, and what follows it. */
function splitAt(text: string, index: number): [string, string?] {
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

const maxShown = 100;

function invalid(text: string): SemanticVersionError {
  return new SemanticVersionError(`not a semantic version: ${JSON.stringify(text.slice(0, maxShown))}`);
}
