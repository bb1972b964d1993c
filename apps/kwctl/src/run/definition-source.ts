import type { PolicyEntry } from "@kubewarden-ts/policy-evaluation";
import type { KwctlDeps } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { locatePolicy } from "../locate-policy.ts";
import { readUserText } from "../user-file.ts";
import { readCustomResources } from "./custom-resource-file.ts";
import type { PolicyDefinition } from "./policy-definition.ts";
import { readSettings, type SettingsSource } from "./settings.ts";

export interface DefinitionOptions {
  /** A file of custom resources, or what names one policy. */
  readonly policy: string;
  readonly settings: SettingsSource;
  readonly raw: boolean;
  /** Whether `--execution-mode` was given. */
  readonly hasExecutionMode: boolean;
  readonly hostCapabilities: readonly string[];
}

/**
 * Reads what is to be evaluated, in order: one policy, or all of a file of custom resources.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`, `KWCTL_POLICY_NOT_FOUND`
 */
export async function readDefinitions(
  options: DefinitionOptions,
  deps: Pick<KwctlDeps, "files" | "policies" | "log">,
): Promise<PolicyDefinition[]> {
  const { files, log } = deps;
  const { policy, settings, raw, hasExecutionMode, hostCapabilities } = options;
  if (!/\.ya?ml$/.test(policy)) return [await singlePolicy(options, deps)];
  const path = policy.replace(/^file:\/\//, "");
  if (raw) throw invalidInput(`The --raw option cannot be used with a YAML file: ${policy}`);
  const text = await readUserText(files, path, `Cannot open YAML file ${JSON.stringify(path)}`);
  if (settings.path !== undefined || settings.json !== undefined) {
    log.info("settings flags are ignored: a YAML file has the settings of its policies");
  }
  if (hasExecutionMode) log.info("the execution mode flag is ignored: the metadata of the policies decides");
  const definitions = readCustomResources(text, path, hostCapabilities);
  if (definitions.length > 1) {
    log.warn("the YAML file holds several policies: each of them is evaluated with the same request", {
      policies: definitions.map(({ id }) => id),
    });
  }
  return definitions;
}

async function singlePolicy(
  { policy, settings, hostCapabilities }: DefinitionOptions,
  { files, policies }: Pick<KwctlDeps, "files" | "policies">,
): Promise<PolicyDefinition> {
  const { uri: module, pinned } = await locatePolicy(policy, { files, policies });
  const entry: PolicyEntry = {
    kind: "policy",
    module,
    settings: await readSettings(settings, files),
    policyMode: "protect",
    allowedToMutate: true,
    message: undefined,
    timeoutEvalSeconds: undefined,
    contextAwareResources: [],
    hostCapabilities: [...hostCapabilities],
    namespaced: false,
  };
  return { id: "policy-from-cli", entry, contextAware: "metadata", pinned };
}
