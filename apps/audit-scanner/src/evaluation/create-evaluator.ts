import {
  type Clock,
  createSemaphore,
  errorText,
  type Logger,
  type Semaphore,
  systemClock,
} from "@kubewarden-ts/base";
import { proxyFor } from "@kubewarden-ts/kube";
import type { PolicyServerAddress } from "../auditable-policy.ts";
import type { AuditedObject } from "../audited-object.ts";
import type { Verdict } from "../verdict.ts";
import { type Answer, failure } from "./answer.ts";
import type { ClientTls } from "./client-tls.ts";
import { logEvaluation } from "./evaluation-log.ts";
import type { Evaluator, Question } from "./evaluator.ts";
import { createPolicyServerClient, type PolicyServerClient } from "./policy-server-client.ts";
import { syntheticReview } from "./review-body.ts";
import { verdictOfAnswer } from "./verdict-of-answer.ts";

export interface EvaluatorOptions {
  /** `readClientTls` reads it */
  readonly tls: ClientTls;
  readonly log: Logger;
  /** until an evaluation is given up that may have begun, tries and pauses included, in milliseconds; 10 s unless told */
  readonly timeoutMs?: number;
  /** ask for several policies at once where the server can; true unless told */
  readonly batch?: boolean;
  /** `--parallel-policies`: requests about one object at once, 5 unless told; one by one for what is in no namespace */
  readonly parallelPolicies?: number;
  /** evaluations that one policy server is asked for at once, at most; 200 unless told */
  readonly maxInFlight?: number;
  /** `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`; no proxy unless told */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** from 0 to 1, for pauses */
  readonly random?: () => number;
}

/**
 * Asks policy servers about objects as the API server would (audit-and-reports.md 2.5 to 2.10). Connections are opened
 * when they are needed, and kept until it is disposed of.
 */
export function createEvaluator(options: EvaluatorOptions): Evaluator {
  const { log, clock = systemClock, parallelPolicies = 5 } = options;
  const clients = policyServerClients(options, clock);
  if (!options.tls.verify)
    log.warn("connecting to PolicyServers endpoints without validating TLS connection");
  return {
    async evaluate(object, questions, signal) {
      signal.throwIfAborted();
      const permits = createSemaphore(object.namespace === undefined ? 1 : parallelPolicies);
      const verdicts = new Array<Verdict>(questions.length);
      const ask = async (places: readonly number[]): Promise<void> => {
        const asked = places.map((place) => questions[place]!);
        const answered = await askGroup(object, asked, { clients, permits, signal, clock, log });
        for (const [index, place] of places.entries()) verdicts[place] = answered[index]!;
      };
      await Promise.all(groups(questions).map(ask));
      return verdicts;
    },
    [Symbol.asyncDispose]: () => clients[Symbol.asyncDispose](),
  };
}

/** Places of the questions that can be asked together: of one server, about one operation. */
function groups(questions: readonly Question[]): readonly (readonly number[])[] {
  const places = [...questions.keys()];
  // most objects are asked about at one server
  const [first] = questions;
  const isLikeFirst = ({ policy: { server }, operation }: Question): boolean =>
    server === first?.policy.server && operation === first.operation;
  if (questions.length > 0 && questions.every(isLikeFirst)) return [places];
  const byKey = Map.groupBy(places, (place) => {
    const { policy, operation } = questions[place]!;
    return `${operation} ${serverKey(policy.server)}`;
  });
  return [...byKey.values()];
}

interface AskGroupDeps {
  readonly clients: PolicyServerClients;
  readonly permits: Semaphore;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

async function askGroup(
  object: AuditedObject,
  questions: readonly Question[],
  { clients, permits, signal, clock, log }: AskGroupDeps,
): Promise<readonly Verdict[]> {
  const [{ policy, operation } = missing()] = questions;
  const subject = { uid: object.uid, review: syntheticReview(object, operation) };
  const ids = questions.map((question) => question.policy.uniqueName);
  const ask = async (): Promise<readonly Answer[]> =>
    (await clients.to(policy.server)).ask(ids, subject, { permits, signal });
  const answers = await ask().catch((error: unknown) => {
    signal.throwIfAborted();
    return ids.map(() => failure(errorText(error)));
  });
  const atMs = clock.now();
  return questions.map((question, index) => {
    const answer = answers[index] ?? failure("it was not asked");
    const verdict = verdictOfAnswer(question, answer, atMs);
    logEvaluation(log, object, { answer, verdict });
    return verdict;
  });
}

function missing(): never {
  throw new Error("a group has a question");
}

/** A client for each policy server that was asked. */
interface PolicyServerClients extends AsyncDisposable {
  to(server: PolicyServerAddress): Promise<PolicyServerClient>;
}

function policyServerClients(options: EvaluatorOptions, clock: Clock): PolicyServerClients {
  const {
    tls,
    timeoutMs = 10_000,
    batch = true,
    maxInFlight = 200,
    env = {},
    random = Math.random,
  } = options;
  const clients = new Map<string, { client: PolicyServerClient; endpoints: readonly string[] }>();
  const open = (
    server: PolicyServerAddress,
  ): { client: PolicyServerClient; endpoints: readonly string[] } => {
    const proxy = proxyFor(new URL(server.url), undefined, { ...env });
    const limits = { timeoutMs, batch, maxInFlight };
    const client = createPolicyServerClient(server, { tls, proxy, ...limits, clock, random });
    return { client, endpoints: server.endpoints };
  };
  return {
    async to(server) {
      const key = serverKey(server);
      const known = clients.getOrInsertComputed(key, () => open(server));
      if (known.endpoints !== server.endpoints) {
        known.endpoints = server.endpoints;
        await known.client.useEndpoints(server.endpoints);
      }
      return known.client;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.values()].map(({ client }) => client[Symbol.asyncDispose]()));
    },
  };
}

function serverKey({ name, url }: PolicyServerAddress): string {
  return `${name} ${url}`;
}
