import { type FakeAnswer, type FakeRequest, failure } from "./fake-storage.ts";

/** Who may read, and how they show it. */
export interface FakeAuthOptions {
  readonly kind: "basic" | "bearer";
  /** Password by user. With `bearer` and without users, everybody gets a token. */
  readonly users?: Readonly<Record<string, string>>;
  /** Identity tokens that buy access tokens. */
  readonly identityTokens?: readonly string[];
  /** In place of `/token` of the registry itself. */
  readonly realm?: string;
  /** What the token service adds to its answer, such as `expires_in`. */
  readonly tokenFields?: Readonly<Record<string, unknown>>;
  /** In place of `token-1`, `token-2` and so on. */
  readonly makeToken?: (count: number) => string;
}

export interface FakeAuth {
  /** Nothing when the request may go on. */
  refusal(request: FakeRequest, authorization: string): FakeAnswer | undefined;
  /** `GET` and `POST` of `/token`. */
  token(request: FakeRequest, authorization: string): FakeAnswer;
  /** All tokens that were given out are worth nothing any more. */
  revokeTokens(): void;
}

const service = "fake-registry";

export function createFakeAuth(options: FakeAuthOptions, url: () => string): FakeAuth {
  const { kind, users, identityTokens = [], makeToken = (count) => `token-${count}` } = options;
  /** scope by token */
  const tokens = new Map<string, string>();
  let count = 0;

  const isUser = (authorization: string): boolean =>
    Object.entries(users ?? {}).some(([user, password]) => {
      return authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    });

  const isAllowed = ({ method, path }: FakeRequest, authorization: string): boolean => {
    if (kind === "basic") return isUser(authorization);
    const scope = tokens.get(/^Bearer (.+)$/.exec(authorization)?.[1] ?? "");
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(path)?.[1];
    if (scope === undefined || repository === undefined) return scope !== undefined;
    const actions = scope.split(" ").find((each) => each.startsWith(`repository:${repository}:`));
    return actions?.includes(method === "GET" || method === "HEAD" ? "pull" : "push") ?? false;
  };

  return {
    refusal(request, authorization) {
      if (isAllowed(request, authorization)) return undefined;
      const challenge =
        kind === "basic"
          ? `Basic realm="${service}"`
          : `Bearer realm="${options.realm ?? `${url()}/token`}",service="${service}"`;
      const refused = failure(401, "UNAUTHORIZED", "authentication required");
      return { ...refused, headers: { ...refused.headers, "www-authenticate": challenge } };
    },
    token({ method, query, body }, authorization) {
      const form = method === "POST" ? new URLSearchParams(body.toString()) : query;
      const isKnown =
        method === "POST"
          ? form.get("grant_type") === "refresh_token" &&
            identityTokens.includes(form.get("refresh_token") ?? "")
          : users === undefined || isUser(authorization);
      if (!isKnown || form.get("service") !== service)
        return failure(401, "UNAUTHORIZED", "incorrect username or password");
      const token = makeToken(++count);
      if (token !== "") tokens.set(token, form.getAll("scope").join(" "));
      return { status: 200, body: JSON.stringify({ token, ...options.tokenFields }) };
    },
    revokeTokens: () => tokens.clear(),
  };
}
