import {
  accept,
  definePolicy,
  integerIn,
  type Part,
  partIn,
  partOf,
  partsIn,
  reject,
  stringIn,
  stringsIn,
  UnreadableObjectError,
} from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";

const ports = v.nullish(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), []);
const settingNames = ["requireTLS", "allowPorts", "denyPorts"] as const;
const Settings = v.looseObject({
  requireTLS: v.nullish(v.boolean(), false),
  allowPorts: ports,
  denyPorts: ports,
});
type Settings = v.InferOutput<typeof Settings>;

export const policy = definePolicy({
  settings: Settings,
  check: findSettingsProblem,
  validate({ object }, settings) {
    try {
      const problem = findProblem(partIn(partOf(object), "spec"), settings);
      return problem === undefined ? accept() : reject(problem);
    } catch (error) {
      if (error instanceof UnreadableObjectError) return reject(error.message);
      throw error;
    }
  },
});

function findSettingsProblem(settings: Settings): string | undefined {
  // The original ignores case here; to ignore such a setting instead would let through what it refuses.
  for (const key of Object.keys(settings)) {
    const name = settingNames.find((known) => known !== key && known.toLowerCase() === key.toLowerCase());
    if (name !== undefined) return `${key}: unknown setting, expected ${name}`;
  }
  const both = settings.allowPorts.some((port) => settings.denyPorts.includes(port));
  return both ? "No port can be allowed and denied at the same time" : undefined;
}

function findProblem(spec: Part | undefined, { requireTLS, allowPorts, denyPorts }: Settings) {
  const used = portsOf(spec);
  if (requireTLS && !hasTlsForAll(spec)) return "Not all hosts have TLS enabled";
  const notAllowed = used.filter((port) => allowPorts.length > 0 && !allowPorts.includes(port));
  if (notAllowed.length > 0) return `these ports are not on the allowed list: ${set(notAllowed)}`;
  const denied = used.filter((port) => denyPorts.includes(port));
  return denied.length > 0 ? `these ports are explicitly denied: ${set(denied)}` : undefined;
}

/** The hosts of rules and TLS have to be the same ones; what is for every host needs TLS for every host. */
function hasTlsForAll(spec: Part | undefined): boolean {
  const rules = partsIn(spec, "rules").map((rule) => stringIn(rule, "host"));
  const tls = partsIn(spec, "tls").map((entry) => stringsIn(entry, "hosts"));
  const forEvery =
    rules.length === 0 ? partIn(spec, "defaultBackend") !== undefined : rules.includes(undefined);
  if (forEvery && !tls.some((hosts) => hosts.length === 0)) return false;
  const hosts = new Set(rules.filter((host) => host !== undefined));
  const secured = new Set(tls.flat());
  return hosts.size === secured.size && [...hosts].every((host) => secured.has(host));
}

function portsOf(spec: Part | undefined): number[] {
  const paths = partsIn(spec, "rules").flatMap((rule) => partsIn(partIn(rule, "http"), "paths"));
  const backends = [...paths.map((path) => partIn(path, "backend")), partIn(spec, "defaultBackend")];
  return backends.flatMap((backend) => integerIn(partIn(partIn(backend, "service"), "port"), "number") ?? []);
}

function set(numbers: readonly number[]): string {
  return `Set{${[...new Set(numbers)].sort((a, b) => a - b).join(", ")}}`;
}
