import { join } from "node:path";
import { buildLivePolicies } from "../../start/live-policies.ts";

const root = join(import.meta.dirname, "../../..");

/** Ten policies that take no settings. */
const names = [
  "allow-privilege-escalation-psp",
  "allowed-proc-mount-types-psp",
  "apparmor-psp",
  "capabilities-psp",
  "host-namespaces-psp",
  "pod-privileged",
  "readonly-root-filesystem-psp",
  "safe-annotations",
  "safe-labels",
  "share-pid-namespace-policy",
];

/** @returns name to path of its module */
export async function buildBenchPolicies(folder: string): Promise<Readonly<Record<string, string>>> {
  const outFolder = join(folder, "modules");
  const built = await buildLivePolicies({
    ...{ names, outFolder, policiesFolder: join(root, "policies") },
    onBuilt: () => {},
    onProblem: () => {},
  });
  await built[Symbol.asyncDispose]();
  return Object.fromEntries(names.map((name) => [name, join(outFolder, `${name}.wasm`)]));
}
