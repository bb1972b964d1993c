import type { Authorizer, Purpose } from "./auth/authorizer.ts";
import { answerError } from "./http/answer-error.ts";
import { type Answer, type BodyReceiver, type Method, stopped, unreachable } from "./http/exchange.ts";
import type { RegistryRequest, Transport } from "./http/transport.ts";
import type { Registry, Target } from "./http/ways.ts";
import { apiHost, type ImageReference } from "./reference.ts";

/** The repository that a request is about; an image reference will do. */
export type Repository = Pick<ImageReference, "registry" | "repository">;

/** A URL that a registry gave. */
export interface GivenUrl {
  readonly url: URL;
  /** of the answer that gave it */
  readonly from: URL;
}

/** A request about a repository. */
export interface RepositoryRequest {
  readonly method: Method;
  /** behind `/v2/<repository>/`, or where the registry said */
  readonly path: string | GivenUrl;
  /** what is going to be done; `["pull"]` unless told */
  readonly actions?: readonly ("pull" | "push")[] | undefined;
  /** another repository of the registry that is read besides */
  readonly reads?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Takes the body in place of memory. */
  readonly receiver?: BodyReceiver;
}

/** Requests with authorization. */
export interface Session {
  /**
   * @returns the answer of the expected status, 200 unless told, and others that `accepts` takes
   * @throws {OciError} for every other answer, and when there is none
   */
  request(
    repository: Repository,
    request: RepositoryRequest,
    options: { signal: AbortSignal; expected?: number; accepts?: (answer: Answer) => boolean },
  ): Promise<Answer>;
  /**
   * Asks the registry itself, with all that shows who we are.
   * @throws {OciError} when it does not let us in, or there is no answer
   */
  check(
    registry: string,
    options: { signal: AbortSignal; maxBytes: number; timeoutMs: number },
  ): Promise<void>;
}

export function createSession({
  transport,
  authorizer,
}: {
  transport: Transport;
  authorizer: Authorizer;
}): Session {
  const sendOnce = async (purpose: Purpose, target: Target, sent: Sent, { registry, signal }: Context) => {
    const { access, isFresh } = await authorizer.accessTo(registry, purpose, signal);
    // what cannot be asked how it wants to be asked cannot be asked
    if (access.kind === "failure") throw unreachable({ ...access, url: urlOf(target, access.url) });
    const authorization = target.kind === "registry" ? access.header : undefined;
    const answer = await transport.send({ ...sent, target, authorization }, signal);
    const isStale = answer.status === 401 && !isFresh;
    if (isStale) authorizer.forget(registry, purpose);
    return { answer, isStale, problem: access.problem };
  };

  const send = async (purpose: Purpose, target: Target, sent: Sent, context: Context) => {
    try {
      const first = await sendOnce(purpose, target, sent, context);
      // a token may be withdrawn before its time
      return first.isStale ? await sendOnce(purpose, target, sent, context) : first;
    } catch (error) {
      // waiting for what others have asked ends with the reason of the signal
      if (context.signal.aborted) throw stopped();
      throw error;
    }
  };

  return {
    async request(
      { registry: name, repository },
      request,
      { signal, expected = 200, accepts = () => false },
    ) {
      const { path, actions, reads, ...sent } = request;
      const registry = registryOf(name);
      const purpose = { repository, scope: scopeOf(repository, { actions, reads }) };
      const target = targetOf(registry, repository, path);
      const { answer, problem } = await send(purpose, target, sent, { registry, signal });
      if (answer.status === expected || accepts(answer)) return answer;
      throw answerError(answer, { expected, cause: problem });
    },
    async check(name, { signal, ...limits }) {
      const registry = registryOf(name);
      const target = { kind: "registry", registry, path: "/v2/" } as const;
      const purpose = { repository: undefined, scope: [] };
      const { answer, problem } = await send(
        purpose,
        target,
        { method: "GET", ...limits },
        { registry, signal },
      );
      if (problem !== undefined) throw problem;
      if (answer.status !== 200) throw answerError(answer);
    },
  };
}

type Sent = Omit<RegistryRequest, "target" | "authorization">;

interface Context {
  readonly registry: Registry;
  readonly signal: AbortSignal;
}

function registryOf(name: string): Registry {
  return { name, host: apiHost(name) };
}

/**
 * A URL of the registry's own host is reached as the registry is: one behind a proxy that ends TLS may not know its
 * scheme. Other hosts get no credentials.
 */
function targetOf(registry: Registry, repository: string, path: string | GivenUrl): Target {
  if (typeof path === "string") return { kind: "registry", registry, path: `/v2/${repository}/${path}` };
  const { url, from } = path;
  if (url.host !== new URL(`https://${registry.host}`).host) {
    return { kind: "url", url, from, via: [registry.host, registry.name] };
  }
  return { kind: "registry", registry, path: `${url.pathname}${url.search}` };
}

function urlOf(target: Target, base: URL): URL {
  return target.kind === "registry" ? new URL(target.path, base) : target.url;
}

function scopeOf(
  repository: string,
  { actions = ["pull"], reads }: Pick<RepositoryRequest, "actions" | "reads">,
): string[] {
  const own = `repository:${repository}:${actions.join(",")}`;
  return reads === undefined ? [own] : [own, `repository:${reads}:pull`];
}
