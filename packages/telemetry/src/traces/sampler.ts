import type { SpanContext } from "./span.ts";

/** Whether a span is exported. */
export type Sampler = (traceId: string, parent: SpanContext | undefined) => boolean;

const names = ["always_on", "always_off", "traceidratio"] as const;

/**
 * The sampler that `OTEL_TRACES_SAMPLER` names. Without one every request is traced, as upstream does: the API server
 * marks hardly any of its own as sampled.
 * @returns `undefined` for a name or an argument that is not known
 */
export function createSampler(name: string | undefined, argument: string | undefined): Sampler | undefined {
  if (name === undefined || name === "") return () => true;
  const isParentBased = name.startsWith("parentbased_");
  const root = rootSampler(isParentBased ? name.slice("parentbased_".length) : name, argument);
  if (root === undefined || !isParentBased) return root;
  return (traceId, parent) => parent?.sampled ?? root(traceId, parent);
}

function rootSampler(name: string, argument: string | undefined): Sampler | undefined {
  switch (names.find((known) => known === name)) {
    case "always_on":
      return () => true;
    case "always_off":
      return () => false;
    case "traceidratio":
      return ratioSampler(argument === undefined || argument === "" ? 1 : Number(argument));
    default:
      return undefined;
  }
}

/** By the last 7 bytes of the trace id, which are random: all processes decide alike. */
function ratioSampler(ratio: number): Sampler | undefined {
  if (!(ratio >= 0 && ratio <= 1)) return undefined;
  const limit = BigInt(Math.round(ratio * 2 ** 52)) << 4n;
  return (traceId) => BigInt(`0x${traceId.slice(-14)}`) < limit;
}
