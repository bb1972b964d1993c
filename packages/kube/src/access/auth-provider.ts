import { errorText } from "@kubewarden-ts/base";
import { KubeError } from "../errors.ts";
import type { Credentials } from "./credentials.ts";
import type { KubeconfigUser } from "./kubeconfig-schema.ts";

type AuthProvider = NonNullable<KubeconfigUser["auth-provider"]>;

/**
 * Gives the tokens of an `auth-provider` entry (`oidc`, and the retired `gcp` and `azure`), by the Kubernetes client
 * library. It is loaded only here: it costs 0.4 s and 80 MB, and hardly anybody has such an entry.
 * @returns asks for the token that is valid now; what was refreshed is kept
 */
export function createAuthProvider(provider: AuthProvider): () => Promise<Credentials> {
  const loading = Promise.withResolvers<Loaded>();
  let begun = false;
  return async () => {
    if (!begun) {
      begun = true;
      load(provider).then(loading.resolve, loading.reject);
    }
    return await ask(provider.name, await loading.promise);
  };
}

type Loaded = Awaited<ReturnType<typeof load>>;

async function load(provider: AuthProvider) {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  const cluster = { name: "cluster", server: "https://unused.invalid", skipTLSVerify: false };
  config.loadFromClusterAndUser(cluster, { name: "user", authProvider: structuredClone(provider) });
  return config;
}

async function ask(name: string, config: Loaded): Promise<Credentials> {
  const options: Parameters<Loaded["applyToHTTPSOptions"]>[0] = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw unavailable(name, errorText(cause));
  }
  const headers: unknown = options.headers;
  const authorization = headers instanceof Object && "Authorization" in headers && headers.Authorization;
  if (typeof authorization === "string") return { headers: { authorization }, tls: {} };
  throw unavailable(name, "it has no valid token, and nothing to get one with");
}

function unavailable(name: string, detail: string): KubeError {
  const remedy = "log in again, or use a credential plugin (exec)";
  const message = `auth-provider ${name} of the kubeconfig: ${detail}; ${remedy}`;
  return new KubeError(message, { code: "KUBE_CREDENTIALS_UNAVAILABLE" });
}
