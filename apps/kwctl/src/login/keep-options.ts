import { credentialHelpers, dockerConfigFolder, type KeepOptions } from "@kubewarden-ts/oci";
import { invalidInput } from "../errors.ts";

/** For one credential helper or one file. */
const timeoutMs = 30_000;

/**
 * Where credentials are kept on this machine.
 * @param configured - `--docker-config-json-path`
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` when nothing says where
 */
export function keepOptions(
  configured: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): KeepOptions {
  const folder = dockerConfigFolder({ configured, env });
  if (folder === undefined) {
    throw invalidInput("no folder for credentials: name one with --docker-config-json-path or DOCKER_CONFIG");
  }
  return { folder, helpers: credentialHelpers({ env }), signal: AbortSignal.timeout(timeoutMs) };
}
