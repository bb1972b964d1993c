/** A version of semantic versioning; what follows `+` does not count. */
export interface Version {
  /** Major, minor, patch. */
  readonly numbers: readonly [number, number, number];
  /** Whether it comes before the release of these numbers. */
  readonly preRelease: boolean;
}

const number = "(0|[1-9][0-9]*)";
const identifiers = "[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const pattern = new RegExp(`^v?${number}\\.${number}\\.${number}(-${identifiers})?(?:\\+${identifiers})?$`);

/** Reads `1.22.0`, `v1.22.0-rc.1` or `1.25.0+k3s1`. @returns `undefined` for other texts */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch, preRelease] = pattern.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { numbers: [Number(major), Number(minor), Number(patch)], preRelease: preRelease !== undefined };
}

/** Whether a version is a release, or comes after it. */
export function isAtLeast({ numbers, preRelease }: Version, release: Version): boolean {
  for (const [index, own] of numbers.entries()) {
    const other = release.numbers[index] ?? 0;
    if (own !== other) return own > other;
  }
  return !preRelease;
}
