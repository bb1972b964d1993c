import { createHash } from "node:crypto";
import type { Clock, Logger } from "@kubewarden-ts/base";
import type { Credentials } from "../credentials/credential.ts";
import type { ImageReference } from "../reference.ts";
import { createRegistryClient, type RegistryClient, type RegistryLimits } from "../registry-client.ts";
import { defaultSources, type Sources } from "../sources/sources.ts";
import type { Intercept } from "./fake-registry.ts";

/** A clock that stands until it is moved; sleepers sleep no time and are written down. */
export interface StandingClock extends Clock {
  nowMs: number;
  readonly sleptMs: number[];
}

export function standingClock(nowMs = 1_800_000_000_000): StandingClock {
  const clock: StandingClock = {
    nowMs,
    sleptMs: [],
    now: () => clock.nowMs,
    async sleep(ms, { signal } = {}) {
      signal?.throwIfAborted();
      clock.sleptMs.push(ms);
    },
  };
  return clock;
}

/** A client of registries that are listed as insecure, with a standing clock. */
export function clientFor(
  registries: readonly { host: string }[],
  options: {
    sources?: Partial<Sources>;
    credentials?: Credentials;
    clock?: Clock;
    log?: Logger;
    limits?: Partial<RegistryLimits>;
  } = {},
): RegistryClient {
  const { clock = standingClock(), sources, ...others } = options;
  const insecureSources = new Set(registries.map(({ host }) => host));
  return createRegistryClient({
    ...{ userAgent: "kubewarden-ts-test/1", clock, random: () => 0.5, roots: () => [], ...others },
    sources: { ...defaultSources, insecureSources, ...sources },
  });
}

/** A user with a password everywhere. */
export const jane: Credentials = {
  credentialFor: async () => ({ kind: "password", username: "jane", password: "secret" }),
};

export function imageAt(
  { host }: { host: string },
  target: { tag: string } | { digest: string } = { tag: "v1" },
  repository = "acme/app",
): ImageReference {
  return { registry: host, repository, ...target };
}

/** Lets everything run that can, sockets included. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Answers requests for manifests and blobs, in order; then the registry does. */
export function answers(...each: readonly ReturnType<Intercept>[]): Intercept {
  let next = 0;
  return ({ url }) => (/manifests|blobs/.test(url) ? each[next++] : undefined);
}

/** The digest of a content, as text. */
export function hash(algorithm: string, content: Uint8Array | string): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
}

/** A digest that nothing has. */
export const nowhere = `sha256:${"0".repeat(64)}`;
