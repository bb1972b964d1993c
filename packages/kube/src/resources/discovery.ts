import { type Clock, systemClock } from "@kubewarden-ts/base";
import { abortable } from "../abortable.ts";
import type { KubeClient } from "../client/kube-client.ts";
import { isKubeError, KubeError } from "../errors.ts";
import { type ApiResource, groupVersionPath, type ResourceReference } from "./api-resource.ts";
import { readResourceList } from "./resource-list.ts";

/** Finds out how the API server calls a kind of objects. */
export interface Discovery {
  /**
   * One request per group and version, whose answer is remembered.
   * @throws {KubeError} `KUBE_KIND_UNKNOWN`: `Cannot find resource {apiVersion}/{kind}`; `KUBE_GROUP_UNKNOWN` and any
   *   other failure: `error finding resource {apiVersion} / {kind}: …` (policy-runtime 5.8)
   */
  find(reference: ResourceReference, options?: { signal?: AbortSignal | undefined }): Promise<ApiResource>;
  /**
   * All kinds of a group and version, without their subresources; remembered as {@link Discovery.find} does.
   * @returns `undefined` when the API server does not serve the group and version
   * @throws {KubeError} when it cannot be asked
   */
  list(
    apiVersion: string,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<readonly ApiResource[] | undefined>;
  /** What is remembered, however old, without asking. */
  known(reference: ResourceReference): ApiResource | undefined;
  /** What is known of a group and version no longer holds: a path made from it answered 404. */
  forget(apiVersion: string): void;
}

export interface DiscoveryOptions {
  readonly clock?: Clock;
  /** how long an answer counts, in milliseconds: a CRD may be installed anew with another plural or scope */
  readonly validForMs?: number;
  /** how long it counts that a group, a version or a kind is unknown */
  readonly unknownForMs?: number;
}

interface Known {
  readonly kinds: ReadonlyMap<string, ApiResource> | KubeError;
  readonly atMs: number;
}

/** @example const { plural } = await discovery.find({ apiVersion: "apps/v1", kind: "Deployment" }); */
export function createDiscovery(client: KubeClient, options: DiscoveryOptions = {}): Discovery {
  const { clock = systemClock, validForMs = 600_000, unknownForMs = 10_000 } = options;
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<Known>>();

  async function ask(apiVersion: string): Promise<Known> {
    try {
      const { body } = await client.get(groupVersionPath(apiVersion), limits);
      return remember(apiVersion, readResourceList(apiVersion, body));
    } catch (error) {
      if (isKubeError(error, "KUBE_RESOURCE_UNKNOWN", "KUBE_NOT_FOUND", "KUBE_NAME_INVALID")) {
        const { message, status } = error;
        return remember(apiVersion, new KubeError(message, { code: "KUBE_GROUP_UNKNOWN", status }));
      }
      const last = known.get(apiVersion);
      if (last === undefined) throw error;
      // what was true a while ago is the best guess: a wrong one answers 404; asked again a little later
      return remember(apiVersion, last.kinds, clock.now() - validForMs + unknownForMs);
    } finally {
      asking.delete(apiVersion);
    }
  }

  function remember(apiVersion: string, kinds: Known["kinds"], atMs = clock.now()): Known {
    const answer = { kinds, atMs };
    known.delete(apiVersion);
    known.set(apiVersion, answer);
    const [oldest] = known.keys();
    if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
    return answer;
  }

  function askOnce(apiVersion: string): Promise<Known> {
    const running = asking.get(apiVersion);
    if (running !== undefined) return running;
    const started = ask(apiVersion);
    asking.set(apiVersion, started);
    return started;
  }

  function validFor({ kinds }: Known, kind: string): number {
    return kinds instanceof KubeError || !kinds.has(kind) ? unknownForMs : validForMs;
  }

  async function kindsOf(
    apiVersion: string,
    signal: AbortSignal | undefined,
    validMs: (last: Known) => number,
  ): Promise<Known["kinds"]> {
    const last = known.get(apiVersion);
    const isValid = last !== undefined && clock.now() < last.atMs + validMs(last);
    const { kinds } = isValid ? last : await abortable(askOnce(apiVersion), signal);
    return kinds;
  }

  async function lookUp({ apiVersion, kind }: ResourceReference, signal: AbortSignal | undefined) {
    const kinds = await kindsOf(apiVersion, signal, (last) => validFor(last, kind));
    if (kinds instanceof KubeError) throw kinds;
    return kinds.get(kind);
  }

  return {
    async find(reference, { signal } = {}) {
      const resource = await lookUp(reference, signal).catch((cause: unknown) => {
        throw notFound(reference, cause);
      });
      if (resource !== undefined) return resource;
      const { apiVersion, kind } = reference;
      throw new KubeError(`Cannot find resource ${apiVersion}/${kind}`, { code: "KUBE_KIND_UNKNOWN" });
    },
    async list(apiVersion, { signal } = {}) {
      const validMs = ({ kinds }: Known): number => (kinds instanceof KubeError ? unknownForMs : validForMs);
      const kinds = await kindsOf(apiVersion, signal, validMs);
      return kinds instanceof KubeError ? undefined : [...kinds.values()];
    },
    known({ apiVersion, kind }) {
      const kinds = known.get(apiVersion)?.kinds;
      return kinds instanceof KubeError ? undefined : kinds?.get(kind);
    },
    forget(apiVersion) {
      const last = known.get(apiVersion);
      if (last !== undefined && clock.now() >= last.atMs + youngMs) known.delete(apiVersion);
    },
  };
}

const limits = { maxBytes: 8 * 1024 * 1024, timeoutMs: 10_000 };

/** A kind that answers 404 for good must not be looked up at every call. */
const youngMs = 1000;

/** Policies name groups; nobody needs to be able to fill our memory with names. */
const maxRemembered = 256;

function notFound({ apiVersion, kind }: ResourceReference, cause: unknown): unknown {
  if (!isKubeError(cause) || cause.code === "KUBE_ABORTED") return cause;
  const { code, status, reason, retryAfterMs } = cause;
  const message = `error finding resource ${apiVersion} / ${kind}: ${cause.message}`;
  return new KubeError(message, { code, status, reason, retryAfterMs, cause: cause.cause });
}
