import { silentLogger } from "@kubewarden-ts/base";
import { type LosslessValue, stringifyLossless } from "@kubewarden-ts/protocol";
import type { KwctlDeps } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { existing } from "../existing-file.ts";
import type { PolicyModule } from "../policy-module.ts";
import { grantResources } from "../run/context-aware.ts";
import { readDefinitions } from "../run/definition-source.ts";
import type { WantedModule } from "../run/modules.ts";
import { mapMembers, membersOf, type PolicyDefinition, wantedModules } from "../run/policy-definition.ts";
import { readSettings } from "../run/settings.ts";
import { besideSuite } from "./case-request.ts";
import type { SuiteTest } from "./suite-file.ts";

/** The policy of a test, with its modules. */
export interface TestPolicy {
  readonly definition: PolicyDefinition;
  readonly modules: ReadonlyMap<string, PolicyModule>;
  readonly form: "admission" | "raw";
}

export interface TestPolicyDeps extends Pick<KwctlDeps, "files" | "policies"> {
  readonly suitePath: string;
  readonly fetchModules: (wanted: readonly WantedModule[]) => Promise<ReadonlyMap<string, PolicyModule>>;
}

/**
 * Finds and fetches the policy of a test: a module, named as for `kwctl run` or by its path from the folder of the suite, or a
 * policy resource of a file. It may read what it lists: the session of the case answers, no cluster.
 * @throws {KwctlError}
 */
export async function openTestPolicy(test: SuiteTest, deps: TestPolicyDeps): Promise<TestPolicy> {
  const definition = await findDefinition(test, deps);
  const modules = await deps.fetchModules(wantedModules([definition]));
  const isRaw = ({ module }: { readonly module: string }): boolean =>
    modules.get(module)?.metadata?.policyType === "raw";
  return {
    definition: grantResources(definition, { allowed: true, modules, log: silentLogger }),
    modules,
    form: test.raw || membersOf(definition).every(isRaw) ? "raw" : "admission",
  };
}

async function findDefinition(test: SuiteTest, deps: TestPolicyDeps): Promise<PolicyDefinition> {
  const { policyName, executionMode, raw } = test;
  const definitions = await readDefinitions(
    {
      policy: await locate(test.policy, deps),
      settings: { path: undefined, json: undefined },
      raw,
      hasExecutionMode: executionMode !== undefined,
      hostCapabilities: ["*"],
    },
    { ...deps, log: silentLogger },
  );
  const named = definitions.filter(({ id }) => policyName === undefined || id === policyName);
  const [definition, ...others] = named;
  const names = definitions.map(({ id }) => id).join(", ");
  if (definition === undefined)
    throw invalidInput(`${test.policy} has no policy ${policyName}, but ${names}`);
  if (others.length > 0)
    throw invalidInput(`${test.policy} has several policies: name one of ${names} as policyName`);
  return definition;
}

/** What lies beside the suite wins; everything else is named as on the command line. */
async function locate(policy: string, deps: TestPolicyDeps): Promise<string> {
  if (/^\w+:\/\//.test(policy)) return policy;
  const path = besideSuite(policy, deps);
  const found = await existing(path, deps.files);
  if (found !== undefined) return found;
  if (!/\.(?:ya?ml|wasm)$/.test(policy)) return policy;
  throw invalidInput(`Cannot find policy ${policy}: there is no file ${path}`);
}

/**
 * The same policy with other settings.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for a group: its members have settings of their own
 */
export async function withSettings(
  definition: PolicyDefinition,
  settings: LosslessValue | undefined,
  { files }: Pick<KwctlDeps, "files">,
): Promise<PolicyDefinition> {
  if (settings === undefined) return definition;
  if (definition.entry.kind === "group") {
    throw invalidInput(`${definition.id} is a group: its members have the settings of the file`);
  }
  const read = await readSettings({ path: undefined, json: stringifyLossless(settings) }, files);
  return mapMembers(definition, () => ({ settings: read }));
}
