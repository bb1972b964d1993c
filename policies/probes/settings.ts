import * as v from "valibot";

const maxInt32 = 2_147_483_647;
const int32 = v.pipe(v.number(), v.integer(), v.minValue(-maxInt32 - 1), v.maxValue(maxInt32));
const int64 = v.pipe(v.number(), v.integer());

const range = (number: typeof int32 | typeof int64) =>
  v.nullish(v.object({ minimum: v.nullish(number), limit: v.nullish(number) }));

const range32 = range(int32);
const ranges = {
  periodSeconds: range32,
  failureThreshold: range32,
  initialDelaySeconds: range32,
  successThreshold: range32,
  terminationGracePeriodSeconds: range(int64),
  timeoutSeconds: range32,
};
/** The times and counts of a probe, in the order they are checked in. */
export const probeFields = [
  "periodSeconds",
  "failureThreshold",
  "initialDelaySeconds",
  "successThreshold",
  "terminationGracePeriodSeconds",
  "timeoutSeconds",
] as const satisfies (keyof typeof ranges)[];

const Probe = v.strictObject({ enforce: v.boolean(), ...ranges });
export type ProbeSettings = v.InferOutput<typeof Probe>;
export type Range = NonNullable<ProbeSettings["periodSeconds"]>;

export const Settings = v.object({ liveness: Probe, readiness: Probe });
export type Settings = v.InferOutput<typeof Settings>;

/** What is wrong with the settings of both probes. */
export function findSettingsProblem(settings: Settings): string | undefined {
  if (!settings.liveness.enforce && !settings.readiness.enforce) {
    return "at least one of liveness or readiness probe enforcement must be enabled";
  }
  for (const probe of ["liveness", "readiness"] as const) {
    for (const field of probeFields) {
      const problem = findRangeProblem(settings[probe][field]);
      if (problem === undefined) continue;
      return `invalid ${probe} probe settings: ${field} validation failed: ${problem}`;
    }
  }
  return undefined;
}

function findRangeProblem(range: Range | null | undefined): string | undefined {
  if (range == null) return undefined;
  const { minimum, limit } = range;
  if (minimum == null && limit == null) return "at least one of minimum or limit must be set";
  if (minimum != null && minimum <= 0) return "minimum must be greater than zero";
  if (limit != null && limit <= 0) return "limit must be greater than zero";
  if (minimum != null && limit != null && minimum > limit) return "minimum cannot be greater than limit";
  return undefined;
}
