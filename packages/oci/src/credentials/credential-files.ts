import { isAbsolute, join } from "node:path";

/** A file that may hold credentials. */
export interface CredentialFile {
  readonly path: string;
  /** `containers`: its entries may be for a part of a registry (containers-auth.json(5)) */
  readonly kind: "docker" | "containers";
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder that holds Docker's `config.json`.
 * @param options.configured - `--docker-config-json-path`
 * @returns nothing when no variable names one
 */
export function dockerConfigFolder({
  configured,
  env,
}: {
  configured?: string | undefined;
  env: Environment;
}): string | undefined {
  const home = homeOf(env);
  return configured || env["DOCKER_CONFIG"] || (home ? join(home, ".docker") : undefined);
}

/**
 * Where credentials may be, in the order they are asked for: Docker's `config.json`, and after it the files that Podman,
 * Buildah and Skopeo keep. A folder that was configured is the only place.
 * @param options.configured - `--docker-config-json-path`
 */
export function credentialFiles(options: {
  configured?: string | undefined;
  env: Environment;
}): CredentialFile[] {
  const folder = dockerConfigFolder(options);
  const docker = folder === undefined ? [] : [{ path: dockerConfigPath(folder), kind: "docker" } as const];
  return options.configured ? docker : [...docker, ...containersFiles(options.env)];
}

export function dockerConfigPath(folder: string): string {
  return join(folder, "config.json");
}

/** `$REGISTRY_AUTH_FILE` alone; else the one of the session, then the one that outlives it. */
function containersFiles(env: Environment): CredentialFile[] {
  const file = (path: string): CredentialFile => ({ path, kind: "containers" });
  const named = env["REGISTRY_AUTH_FILE"];
  if (named) return [file(named)];
  const home = homeOf(env);
  const config = absolute(env["XDG_CONFIG_HOME"]) ?? (home ? join(home, ".config") : undefined);
  return [absolute(env["XDG_RUNTIME_DIR"]), config].flatMap((folder) =>
    folder === undefined ? [] : [file(join(folder, "containers", "auth.json"))],
  );
}

function homeOf(env: Environment): string | undefined {
  return env["HOME"] || env["USERPROFILE"];
}

/** The XDG specification has others ignored. */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
