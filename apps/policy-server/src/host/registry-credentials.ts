import type { Logger } from "@kubewarden-ts/base";
import { type Credentials, dockerConfigFolder, dockerCredentials, helperRunner } from "@kubewarden-ts/oci";

/**
 * Who we are to registries (policy-server 2.5): for the modules of policies, and for what policies ask registries about.
 * @param options.configured - folder of Docker's `config.json`
 */
export function registryCredentials({
  configured,
  env,
  log,
}: {
  configured: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  log: Logger;
}): Credentials {
  return dockerCredentials({
    folder: dockerConfigFolder({ configured, env }),
    ask: helperRunner({ env }),
    log,
  });
}
