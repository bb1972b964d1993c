/** Folders of schemes keep their names: nothing in them is special to Windows. */
const plainNames: ReadonlySet<string> = new Set(["http", "https", "registry"]);

/**
 * The names on Windows of folders and files of a store (kwctl-and-oci.md 4): a colon may stand in no name there, so each
 * but the scheme is base64url without padding.
 * @example windowsNames(["registry", "ghcr.io", "p:v1"]) // ["registry", "Z2hjci5pbw", "cDp2MQ"]
 */
export function windowsNames(segments: readonly string[]): string[] {
  return segments.map((segment) =>
    plainNames.has(segment) ? segment : Buffer.from(segment).toString("base64url"),
  );
}

/**
 * The way back from {@link windowsNames}.
 * @returns nothing for names that it does not give
 */
export function fromWindowsNames(names: readonly string[]): string[] | undefined {
  const segments = names.map((name) =>
    plainNames.has(name) ? name : Buffer.from(name, "base64url").toString(),
  );
  const isSame = windowsNames(segments).every((name, index) => name === names[index]);
  return isSame ? segments : undefined;
}
