import { posix, win32 } from "node:path";

/** Where kwctl keeps its things (kwctl-and-oci.md 2). */
export interface Directories {
  readonly config: string;
  readonly cache: string;
  readonly store: string;
  readonly kwctlCache: string;
}

export interface DirectoryOptions {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export function kwctlDirectories(options: DirectoryOptions): Directories {
  const [config, cache] = roots(options);
  const { join } = options.platform === "win32" ? win32 : posix;
  return { config, cache, store: join(cache, "store"), kwctlCache: join(cache, "kwctl") };
}

function roots({ platform, env, home }: DirectoryOptions): [config: string, cache: string] {
  switch (platform) {
    case "darwin": {
      const name = "io.kubewarden.kubewarden";
      const library = posix.join(home, "Library");
      return [posix.join(library, "Application Support", name), posix.join(library, "Caches", name)];
    }
    case "win32": {
      const roaming = env["APPDATA"] ?? win32.join(home, "AppData", "Roaming");
      const local = env["LOCALAPPDATA"] ?? win32.join(home, "AppData", "Local");
      return [win32.join(roaming, "kubewarden", "config"), win32.join(local, "kubewarden", "cache")];
    }
    default: {
      const config = xdg(env["XDG_CONFIG_HOME"], posix.join(home, ".config"));
      const cache = xdg(env["XDG_CACHE_HOME"], posix.join(home, ".cache"));
      return [posix.join(config, "kubewarden"), posix.join(cache, "kubewarden")];
    }
  }
}

/** Values that are not absolute paths are ignored, as the XDG specification says. */
function xdg(value: string | undefined, fallback: string): string {
  return value !== undefined && posix.isAbsolute(value) ? value : fallback;
}
