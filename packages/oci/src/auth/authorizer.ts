import { type Clock, createLookUpCache, errorText, type Logger } from "@kubewarden-ts/base";
import type { Credential, Credentials } from "../credentials/credential.ts";
import { OciError } from "../errors.ts";
import { answerError } from "../http/answer-error.ts";
import type { Failure } from "../http/exchange.ts";
import type { Transport } from "../http/transport.ts";
import type { Registry } from "../http/ways.ts";
import { type Challenge, parseChallenge } from "./challenge.ts";
import { basicHeader, readToken, tokenRequest } from "./token.ts";

/** How requests to a repository show who we are. */
export interface Access {
  readonly kind: "access";
  /** the `Authorization` header; without, requests are anonymous */
  readonly header?: string;
  /** why there is no header although the registry asks for one */
  readonly problem?: OciError;
  readonly keptMs: number;
}

/** Asks registries what they want, and gets it. */
export interface Authorizer {
  /**
   * @returns `isFresh`: nothing of it was known before; or the failure to reach the registry
   * @throws {OciError} `OCI_ABORTED`, `OCI_TOO_LARGE`
   */
  accessTo(
    registry: Registry,
    purpose: Purpose,
    signal: AbortSignal,
  ): Promise<{ access: Access | Failure; isFresh: boolean }>;
  /** Forgets what a registry did not accept. */
  forget(registry: Registry, purpose: Purpose): void;
}

/** What is going to be done. */
export interface Purpose {
  /** some credentials are for a part of a registry; none: for the registry itself */
  readonly repository: string | undefined;
  /** such as `["repository:acme/app:pull"]` */
  readonly scope: readonly string[];
}

const maxPingBytes = 64 * 1024;
const challengeKeptMs = 300_000;
const headerKeptMs = 60_000;
const maxEntries = 1000;

function isOf({ host }: Registry, url: URL): boolean {
  return new URL(`${url.protocol}//${host}`).host === url.host;
}

interface Ping {
  readonly kind: "ping";
  readonly challenge: Challenge;
  readonly url: URL;
  /** the registry was too busy to say what it wants */
  readonly problem?: OciError;
}

/** Authorization as of kwctl-and-oci 11: one question for each registry, one token for each scope. */
export function createAuthorizer({
  transport,
  credentials,
  clock,
  log,
  timeoutMs,
}: {
  transport: Transport;
  credentials: Credentials;
  clock: Clock;
  log: Logger;
  timeoutMs: number;
}): Authorizer {
  const { now } = clock;
  const pings = createLookUpCache<Ping | Failure>({
    ...{ now, maxEntries, failureMs: 0 },
    successMs: (answer) => (answer.kind === "ping" && answer.problem === undefined ? challengeKeptMs : 0),
  });
  const accesses = createLookUpCache<Access | Failure>({
    ...{ now, maxEntries, failureMs: 0 },
    successMs: (access) => (access.kind === "access" ? access.keptMs : 0),
  });

  const ping = async (registry: Registry, signal: AbortSignal): Promise<Ping | Failure> => {
    const target = { kind: "registry", registry, path: "/v2/" } as const;
    const outcome = await transport.attempt(
      { method: "GET", target, maxBytes: maxPingBytes, timeoutMs },
      signal,
    );
    if (outcome.kind === "failure") return outcome;
    const { status, headers, url } = outcome;
    const isBusy = status === 429 || status >= 500;
    return {
      ...{ kind: "ping", challenge: parseChallenge(headers.get("www-authenticate")), url },
      ...(isBusy && { problem: answerError(outcome) }),
    };
  };

  const tokenAccess = async (
    challenge: Extract<Challenge, { kind: "bearer" }>,
    options: { scope: readonly string[]; credential: Credential | undefined; from: URL; registry: Registry },
    signal: AbortSignal,
  ): Promise<Access> => {
    try {
      const answer = await transport.send(tokenRequest(challenge, { ...options, timeoutMs }), signal);
      const { token, keptMs } = readToken(answer, now());
      return { kind: "access", header: `Bearer ${token}`, keptMs };
    } catch (problem) {
      if (!(problem instanceof OciError) || problem.code === "OCI_ABORTED") throw problem;
      log.debug("no token for a registry", { url: options.from.origin, error: errorText(problem) });
      return { kind: "access", problem, keptMs: 0 };
    }
  };

  const obtain = async (
    registry: Registry,
    { repository, scope }: Purpose,
    signal: AbortSignal,
  ): Promise<Access | Failure> => {
    const answer = await pings.get(registry.name, (shared) => ping(registry, shared), { signal });
    if (answer.kind === "failure") return answer;
    const { challenge, url, problem } = answer;
    if (problem !== undefined) return { kind: "access", problem, keptMs: 0 };
    if (challenge.kind === "none") return { kind: "access", keptMs: headerKeptMs };
    // whom a registry redirects to may sell a token to anybody, and learns nothing that is for the registry alone
    const credential = isOf(registry, url)
      ? await credentials.credentialFor(registry.name, { signal, repository })
      : undefined;
    if (challenge.kind === "bearer") {
      return await tokenAccess(challenge, { scope, credential, from: url, registry }, signal);
    }
    if (credential?.kind !== "password") return { kind: "access", keptMs: headerKeptMs };
    return { kind: "access", header: basicHeader(credential), keptMs: headerKeptMs };
  };

  const keyOf = ({ name }: Registry, { repository, scope }: Purpose): string =>
    [name, repository, ...scope].join(" ");

  return {
    async accessTo(registry, purpose, signal) {
      let isFresh = false;
      const load = (shared: AbortSignal): Promise<Access | Failure> => {
        isFresh = true;
        return obtain(registry, purpose, shared);
      };
      const access = await accesses.get(keyOf(registry, purpose), load, { signal });
      return { access, isFresh };
    },
    forget(registry, purpose) {
      pings.forget(registry.name);
      accesses.forget(keyOf(registry, purpose));
    },
  };
}
