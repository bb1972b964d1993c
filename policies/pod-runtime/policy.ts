import {
  accept,
  containersIn,
  definePolicy,
  mutate,
  partOf,
  reject,
  requirePodSpec,
  stringIn,
  UnreadableObjectError,
  type Verdict,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const Settings = v.object({
  reservedRuntimes: v.optional(v.array(v.string()), []),
  /** Given to pods that name a reserved runtime or none. */
  fallbackRuntime: v.nullish(v.string()),
  defaultRuntimeReserved: v.nullish(v.boolean(), false),
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check({ reservedRuntimes, fallbackRuntime }) {
    if (fallbackRuntime == null || !reservedRuntimes.includes(fallbackRuntime)) return undefined;
    return `fallback runtime ${fallbackRuntime} cannot be part of the reserved runtimes`;
  },
  validate(request, settings) {
    try {
      const spec = requirePodSpec(request);
      if (spec === undefined || !request.object) return accept();
      // A spec that no API server would take is refused as a whole.
      containersIn(spec);
      const verdict = judge(stringIn(partOf(spec), "runtimeClassName"), settings);
      if (verdict !== "fallback") return verdict;
      spec["runtimeClassName"] = settings.fallbackRuntime;
      return mutate(request.object);
    } catch (error) {
      throw error instanceof UnreadableObjectError ? new Error(error.message, { cause: error }) : error;
    }
  },
});

function judge(name: string | undefined, settings: Settings): Verdict | "fallback" {
  const { reservedRuntimes, fallbackRuntime, defaultRuntimeReserved } = settings;
  // The empty name stands for the default runtime, too.
  const isDefault = name === undefined || name === "";
  const isReserved = name !== undefined && reservedRuntimes.includes(name);
  if (!isDefault && !isReserved) return accept();
  if (fallbackRuntime != null) return name === fallbackRuntime ? accept() : "fallback";
  if (isReserved) return reject(`runtime '${name}' is reserved`);
  return defaultRuntimeReserved ? reject("Usage of the default runtime is reserved") : accept();
}
