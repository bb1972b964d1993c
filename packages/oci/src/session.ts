import type { Authorizer } from "./auth/authorizer.ts";
import type { DigestAlgorithm } from "./digest.ts";
import { answerError } from "./http/answer-error.ts";
import { type Answer, stopped, unreachable } from "./http/exchange.ts";
import type { Transport } from "./http/transport.ts";
import type { Registry } from "./http/ways.ts";
import { apiHost, type ImageReference } from "./reference.ts";

/** A request about a repository. */
export interface RepositoryRequest {
  readonly method: "GET" | "HEAD";
  /** behind `/v2/<repository>/` */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Have the body hashed as it comes. */
  readonly algorithm?: DigestAlgorithm;
}

/** Requests with authorization. */
export interface Session {
  /**
   * @returns the answer of status 200, and others that `accepts` takes
   * @throws {OciError} for every other answer, and when there is none
   */
  request(
    reference: ImageReference,
    request: RepositoryRequest,
    options: { signal: AbortSignal; accepts?: (answer: Answer) => boolean },
  ): Promise<Answer>;
}

export function createSession({
  transport,
  authorizer,
}: {
  transport: Transport;
  authorizer: Authorizer;
}): Session {
  const sendOnce = async (
    { registry: name, repository }: ImageReference,
    { path, ...request }: RepositoryRequest,
    signal: AbortSignal,
  ) => {
    const registry: Registry = { name, host: apiHost(name) };
    const target = { kind: "registry", registry, path: `/v2/${repository}/${path}` } as const;
    const { access, isFresh } = await authorizer.accessTo(registry, repository, signal);
    // what cannot be asked how it wants to be asked cannot be asked
    if (access.kind === "failure") throw unreachable({ ...access, url: new URL(target.path, access.url) });
    const answer = await transport.send({ ...request, target, authorization: access.header }, signal);
    const isStale = answer.status === 401 && !isFresh;
    if (isStale) authorizer.forget(registry, repository);
    return { answer, isStale, problem: access.problem };
  };

  const send = async (reference: ImageReference, request: RepositoryRequest, signal: AbortSignal) => {
    try {
      const sent = await sendOnce(reference, request, signal);
      // a token may be withdrawn before its time
      return sent.isStale ? await sendOnce(reference, request, signal) : sent;
    } catch (error) {
      // waiting for what others have asked ends with the reason of the signal
      if (signal.aborted) throw stopped();
      throw error;
    }
  };

  return {
    async request(reference, request, { signal, accepts = () => false }) {
      const { answer, problem } = await send(reference, request, signal);
      if (answer.status === 200 || accepts(answer)) return answer;
      throw answerError(answer, { cause: problem });
    },
  };
}
