/** What a registry knows us by. An identity token buys access tokens from the registry's token service. */
export type Credential =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "identity-token"; readonly token: string };

/** Finds credentials of registries. */
export interface Credentials {
  /**
   * @param registry - `host` or `host:port` as in the image reference
   * @param options.repository - what is asked for there; some credentials are for a part of a registry
   * @returns nothing where none are known: the registry is asked anonymously
   */
  credentialFor(
    registry: string,
    options: { signal: AbortSignal; repository?: string | undefined },
  ): Promise<Credential | undefined>;
}

/** Knows no registry. */
export const anonymous: Credentials = { credentialFor: async () => undefined };

/** The name that stands for an identity token in the place of the password. */
const tokenUser = "<token>";

export function toCredential(username: string, password: string): Credential {
  return username === tokenUser
    ? { kind: "identity-token", token: password }
    : { kind: "password", username, password };
}

/** The reverse of `toCredential`. */
export function toUserAndSecret(credential: Credential): { username: string; secret: string } {
  return credential.kind === "identity-token"
    ? { username: tokenUser, secret: credential.token }
    : { username: credential.username, secret: credential.password };
}
