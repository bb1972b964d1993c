import type { Clock } from "@kubewarden-ts/base";
import { registryError } from "../errors.ts";
import type { Sources } from "../sources/sources.ts";
import { type Outcome, urlText } from "./exchange.ts";

/** A registry, under its two names. */
export interface Registry {
  /** as image references and `sources.yml` have it, such as `docker.io` */
  readonly name: string;
  /** what serves it, such as `registry-1.docker.io` */
  readonly host: string;
}

/** What a request is for. */
export type Target =
  | { readonly kind: "registry"; readonly registry: Registry; readonly path: string }
  /** A URL that a registry gave. */
  | {
      readonly kind: "url";
      readonly url: URL;
      /** what gave it: plain HTTP leads on to plain HTTP, TLS does not */
      readonly from: URL;
      /** names of that registry, as `sources.yml` may have them: its authorities count where the URL's host has none */
      readonly via: readonly string[];
    };

/** How a target is reached. */
export interface Way {
  readonly url: URL;
  /** the host as `sources.yml` has it */
  readonly host: string;
  /** whether the certificate counts */
  readonly verify: boolean;
}

/** The ways to targets (kwctl-and-oci 10): TLS; then, to hosts listed as insecure, TLS of any certificate and plain HTTP. */
export interface Ways {
  /**
   * In the order they are tried; at least one. After one has worked, that alone for a minute.
   * @throws {OciError} `OCI_INSECURE`, `OCI_PROTOCOL` for URLs that must not be followed
   */
  to(target: Target): Way[];
  /** Notes what came of a way. */
  settle(target: Target, way: Way, outcome: Outcome): void;
}

const keptMs = 60_000;

type Kind = "verified" | "unverified" | "plain";

export function createWays(sources: Sources, clock: Clock): Ways {
  const { insecureSources, authorities } = sources;
  const worked = new Map<string, { kind: Kind; untilMs: number }>();

  const isInsecure = ({ name, host }: Registry): boolean =>
    insecureSources.has(name) || insecureSources.has(host);

  const toRegistry = (registry: Registry, path: string): Way[] => {
    const host = authorities.has(registry.host) ? registry.host : registry.name;
    const way = (kind: Kind): Way => ({
      url: new URL(`${kind === "plain" ? "http" : "https"}://${registry.host}${path}`),
      ...{ host, verify: kind === "verified" },
    });
    if (!isInsecure(registry)) return [way("verified")];
    const last = worked.get(registry.name);
    if (last !== undefined && clock.now() < last.untilMs) return [way(last.kind)];
    return [way("verified"), way("unverified"), way("plain")];
  };

  const toUrl = ({ url, from, via }: Extract<Target, { kind: "url" }>): Way[] => {
    const isInsecure = insecureSources.has(url.host);
    const way = { url, host: [url.host, ...via].find((host) => authorities.has(host)) ?? url.host };
    switch (url.protocol) {
      case "https:":
        return [{ ...way, verify: true }, ...(isInsecure ? [{ ...way, verify: false }] : [])];
      case "http:":
        if (isInsecure || from.protocol === "http:") return [{ ...way, verify: false }];
        throw registryError(`${urlText(url)}: plain HTTP needs ${url.host} in insecure_sources`, {
          code: "OCI_INSECURE",
        });
      default:
        throw registryError(
          `OCI distribution spec violation: ${urlText(from)} leads to a ${url.protocol} URL`,
          {
            code: "OCI_PROTOCOL",
          },
        );
    }
  };

  return {
    to: (target) => (target.kind === "registry" ? toRegistry(target.registry, target.path) : toUrl(target)),
    settle(target, { url, verify }, outcome) {
      if (target.kind !== "registry" || !isInsecure(target.registry)) return;
      const { name } = target.registry;
      if (outcome.kind === "failure") worked.delete(name);
      else if ((worked.get(name)?.untilMs ?? 0) <= clock.now()) {
        const kind = url.protocol === "http:" ? "plain" : verify ? "verified" : "unverified";
        worked.set(name, { kind, untilMs: clock.now() + keptMs });
      }
    },
  };
}
