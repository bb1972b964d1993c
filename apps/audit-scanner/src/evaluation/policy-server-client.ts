import type { Clock, Semaphore } from "@kubewarden-ts/base";
import type { PolicyServerAddress } from "../auditable-policy.ts";
import { createAdaptiveLimit } from "./adaptive-limit.ts";
import { type Answer, failure } from "./answer.ts";
import { type Ask, askPatiently } from "./ask-patiently.ts";
import { type Asking, askManyPolicies, askOnePolicy, type Subject } from "./ask-server.ts";
import { type BatchRoute, createBatchRoute } from "./batch-route.ts";
import {
  type Connections,
  type ConnectionsOptions,
  type HttpAnswer,
  openConnections,
} from "./connections.ts";
import { createPatience } from "./patience.ts";
import { createSilenceGuard } from "./silence-guard.ts";

/** Asks one policy server about objects, no faster than it keeps up. */
export interface PolicyServerClient extends AsyncDisposable {
  /**
   * Asks each of the policies about an object: several at once where the server can, else one by one.
   * @param options.permits - requests of one object that may be under way at once
   * @returns an answer for each policy, in their order
   * @throws the reason of `signal`
   */
  ask(
    policyIds: readonly string[],
    subject: Subject,
    options: { permits: Semaphore; signal: AbortSignal },
  ): Promise<readonly Answer[]>;
  useEndpoints(endpoints: readonly string[]): Promise<void>;
}

export interface PolicyServerClientOptions extends Omit<ConnectionsOptions, "maxConnections" | "now"> {
  /** for all tries of one question that the server may have begun with, in milliseconds */
  readonly timeoutMs: number;
  /** whether several policies may be asked at once */
  readonly batch: boolean;
  /** evaluations at once */
  readonly maxInFlight: number;
  readonly clock: Clock;
  readonly random: () => number;
}

/** More in one request would make the server's answers come in lumps. */
const maxBatch = 50;
const neverAnswers = failure("it takes requests, but answers none; look at its log");

export function createPolicyServerClient(
  address: PolicyServerAddress,
  options: PolicyServerClientOptions,
): PolicyServerClient {
  const { clock, maxInFlight, random, timeoutMs } = options;
  const limit = createAdaptiveLimit({ max: maxInFlight });
  const patience = createPatience(clock);
  const silence = createSilenceGuard(clock);
  const route = createBatchRoute(options);
  const connections = openedOnce(() =>
    openConnections(address, { ...options, maxConnections: maxInFlight, now: clock.now }),
  );
  const heard = (what: HttpAnswer | "silence"): void => {
    if (what === "silence") return silence.silent();
    silence.answered();
    route.heard(what.headers);
  };

  /** One request, with its tries. */
  const request: RequestSender = async (policyIds, ask, { permits, signal }) => {
    using _permit = await permits.acquire({ signal });
    const asking: Asking = { connections: await connections.open(), clock, signal, heard };
    const askUnlessSilent: Ask = async (ids, leftMs) =>
      silence.refuses() ? ids.map(() => neverAnswers) : ask(ids, leftMs, asking);
    return askPatiently(policyIds, askUnlessSilent, {
      ...{ timeoutMs, clock, random, limit, patience, signal },
    });
  };

  return {
    ask: (policyIds, subject, under) => askAll(policyIds, subject, { request, route, ...under }),
    async useEndpoints(endpoints) {
      (await connections.opened())?.useEndpoints(endpoints);
    },
    async [Symbol.asyncDispose]() {
      await (await connections.opened())?.[Symbol.asyncDispose]();
    },
  };
}

/** Connections of who is never asked are never opened. */
function openedOnce(open: () => Promise<Connections>): {
  open(): Promise<Connections>;
  /** `undefined` while nobody has opened them, and when they cannot be opened */
  opened(): Promise<Connections | undefined>;
} {
  let opening: Promise<Connections> | undefined;
  return {
    open() {
      opening ??= open();
      return opening;
    },
    opened: async () => await opening?.catch(() => undefined),
  };
}

interface Under {
  readonly permits: Semaphore;
  readonly signal: AbortSignal;
}

type RequestSender = (
  policyIds: readonly string[],
  ask: (...args: [...Parameters<Ask>, Asking]) => ReturnType<Ask>,
  under: Under,
) => ReturnType<Ask>;

interface AskAllDeps extends Under {
  readonly request: RequestSender;
  readonly route: BatchRoute;
}

async function askAll(
  policyIds: readonly string[],
  subject: Subject,
  deps: AskAllDeps,
): Promise<readonly Answer[]> {
  const { request, route } = deps;
  const oneByOne = async (ids: readonly string[]): Promise<readonly Answer[]> => {
    const asked = ids.map((policyId) =>
      request([policyId], async ([id = ""], ms, how) => [await askOnePolicy(id, subject, ms, how)], deps),
    );
    return (await Promise.all(asked)).flatMap((answers) => answers ?? []);
  };
  const together = async (ids: readonly string[]): Promise<readonly Answer[]> => {
    const answers = await request(ids, (some, ms, how) => askManyPolicies(some, subject, ms, how), deps);
    if (answers !== undefined) return answers;
    route.missed();
    return oneByOne(ids);
  };
  const first = await route.findOut(() => oneByOne(policyIds.slice(0, 1)), deps.signal);
  // Only a batch tells revisions: where there is one, the first question is in it as well.
  if (first === undefined || route.isOpen()) return askInChunks(policyIds, { route, oneByOne, together });
  return [...first, ...(await oneByOne(policyIds.slice(1)))];
}

type AskSome = (policyIds: readonly string[]) => Promise<readonly Answer[]>;

async function askInChunks(
  policyIds: readonly string[],
  { route, oneByOne, together }: { route: BatchRoute; oneByOne: AskSome; together: AskSome },
): Promise<readonly Answer[]> {
  if (!route.isOpen()) return oneByOne(policyIds);
  if (policyIds.length <= maxBatch) return together(policyIds);
  const chunks = Array.from({ length: Math.ceil(policyIds.length / maxBatch) }, (_, index) =>
    policyIds.slice(index * maxBatch, (index + 1) * maxBatch),
  );
  return (await Promise.all(chunks.map(together))).flat();
}
