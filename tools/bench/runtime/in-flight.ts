import { type Distribution, distributionOf } from "../percentiles.ts";

/** Evaluations that other threads do; times in microseconds. */
export interface InFlightFigures {
  readonly latencyUs: Distribution;
  /** CPU time of the process, all threads, per evaluation. */
  readonly cpuUs: number;
}

const warmUpShare = 0.3;

/** Keeps a number of evaluations under way: each is followed by the next one. */
export async function measureInFlight(
  evaluate: () => Promise<void>,
  { inFlight, seconds }: { inFlight: number; seconds: number },
): Promise<InFlightFigures> {
  await keepInFlight(evaluate, inFlight, seconds * warmUpShare);
  const before = process.cpuUsage();
  const latencyUs = distributionOf(await keepInFlight(evaluate, inFlight, seconds));
  const { user, system } = process.cpuUsage(before);
  if (latencyUs === undefined) throw new Error("nothing was measured");
  return { latencyUs, cpuUs: (user + system) / latencyUs.count };
}

async function keepInFlight(
  evaluate: () => Promise<void>,
  inFlight: number,
  seconds: number,
): Promise<number[]> {
  const endMs = performance.now() + seconds * 1000;
  const tookUs: number[] = [];
  const lane = async (): Promise<void> => {
    do {
      const startMs = performance.now();
      await evaluate();
      tookUs.push((performance.now() - startMs) * 1000);
    } while (performance.now() < endMs);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return tookUs;
}
