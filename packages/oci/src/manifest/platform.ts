/** What an image runs on, in the words of image indexes: `linux`, `amd64`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** such as `v8`; where it is given, an entry that has it goes before one that has not */
  readonly variant?: string;
}

const architectures: Readonly<Record<string, string>> = {
  ...{ x64: "amd64", ia32: "386", ppc64: "ppc64le", mipsel: "mipsle" },
};

/**
 * The platform of a host in the words of image indexes.
 * @param host - such as `process`
 * @example platformOf({ platform: "win32", arch: "x64" }) // { os: "windows", architecture: "amd64" }
 */
export function platformOf({ platform, arch }: { platform: string; arch: string }): Platform {
  const architecture = Object.hasOwn(architectures, arch) ? architectures[arch] : undefined;
  return { os: platform === "win32" ? "windows" : platform, architecture: architecture ?? arch };
}

/** The entry for a platform: the first with its variant, else the first with its system and architecture. */
export function entryFor<Entry extends { readonly platform?: Platform }>(
  entries: readonly Entry[],
  { os, architecture, variant }: Platform,
): Entry | undefined {
  const fitting = entries.filter(
    ({ platform }) => platform?.os === os && platform.architecture === architecture,
  );
  return fitting.find(({ platform }) => variant !== undefined && platform?.variant === variant) ?? fitting[0];
}
