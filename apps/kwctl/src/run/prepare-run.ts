import { errorText } from "@kubewarden-ts/base";
import type { FlagValues } from "@kubewarden-ts/cli";
import { parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import { limitsOf } from "@kubewarden-ts/policy-evaluation";
import type { GuestLimits } from "@kubewarden-ts/policy-runtime";
import type { ExecutionMode } from "@kubewarden-ts/protocol";
import type { KwctlDeps } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import type { runFlags } from "../flags/run.ts";
import type { HostOptions } from "../host/connected-host.ts";
import type { PolicyModule } from "../policy-module.ts";
import { openModules } from "../store/open-modules.ts";
import { grantResources } from "./context-aware.ts";
import { type DefinitionOptions, readDefinitions } from "./definition-source.ts";
import { chooseExecutionMode } from "./execution-mode.ts";
import { checkMinimumVersion } from "./minimum-version.ts";
import { fetchModules } from "./modules.ts";
import { membersOf, type PolicyDefinition, wantedModules } from "./policy-definition.ts";
import { readRequestFile, toReview } from "./request.ts";
import { openRunHost, type RunHost } from "./run-host.ts";

/** What is evaluated, with what, and how: all that is known before a policy is asked. Disposing ends the host. */
export interface PreparedRun extends AsyncDisposable {
  readonly definitions: readonly PolicyDefinition[];
  readonly modules: ReadonlyMap<string, PolicyModule>;
  readonly modeOf: (module: PolicyModule) => ExecutionMode;
  /** The request as a definition is asked about it. */
  readonly reviewOf: (definition: PolicyDefinition) => RunReview;
  readonly host: RunHost;
  readonly limits: GuestLimits;
  /** For one evaluation, in milliseconds; `undefined` for none. */
  readonly timeoutMs: number | undefined;
}

export interface RunReview {
  readonly form: "admission" | "raw";
  /** `{"request": …}` */
  readonly review: Uint8Array;
}

/**
 * Reads and fetches everything that `run` and `bench` evaluate, in the order of kwctl-and-oci.md 8: nothing is
 * evaluated if any of it fails.
 * @param policy - a file of custom resources, or what names one policy
 * @param options.replayAgain - a recorded session is replayed as often as it takes
 * @throws {KwctlError}
 */
export async function prepareRun(
  policy: string,
  flags: FlagValues<typeof runFlags>,
  deps: KwctlDeps & { readonly env: Readonly<Record<string, string | undefined>> },
  { replayAgain = false }: { readonly replayAgain?: boolean } = {},
): Promise<PreparedRun> {
  const { log } = deps;
  const definitions = await readDefinitions(definitionOptions(policy, flags), deps);
  const request = await readRequestFile(flags["request-path"], deps);
  // As upstream says it, in these two commands only (kwctl-and-oci.md 13).
  const sourcesErrorPrefix = "Error getting remote server options: ";
  await using source = await openModules(flags, { ...deps, sourcesErrorPrefix });
  const { sources } = source.registries.connections;
  const modules = await fetchModules(wantedModules(definitions), source.fetch);
  // What a custom resource names is run as its metadata says.
  const isSinglePolicy = definitions[0]?.contextAware === "metadata";
  const modeFlag = isSinglePolicy ? flags["execution-mode"] : undefined;
  const modeOf = (module: PolicyModule) => chooseExecutionMode(module, modeFlag);
  for (const module of modules.values()) {
    if (module.metadata !== undefined) checkMinimumVersion(module.metadata);
    modeOf(module);
  }
  const allowed = flags["allow-context-aware"];
  const granted = definitions.map((definition) => grantResources(definition, { allowed, modules, log }));
  const host = await openRunHost({
    ...{ record: flags["record-host-capabilities-interactions"], files: deps.files, log },
    replay: flags["replay-host-capabilities-interactions"],
    replayAgain,
    connect: () =>
      deps.connectHost({
        sources,
        dockerConfigFolder: flags["docker-config-json-path"],
        trustConfig: flags["sigstore-trust-config"],
        cluster: clusterNeed(granted, allowed),
      }),
  });
  const seconds = flags["policy-timeout"];
  return {
    ...{ definitions: granted, modules, modeOf, host, limits: limitsOf(flags) },
    timeoutMs: seconds === undefined ? undefined : seconds * 1000,
    reviewOf(definition) {
      const form = flags.raw || isRaw(definition, modules) ? "raw" : "admission";
      return { form, review: toReview(request, form) };
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

/** A cluster is contacted with the user's consent only; where a policy may read of it, there must be one. */
export function clusterNeed(granted: readonly PolicyDefinition[], allowed: boolean): HostOptions["cluster"] {
  if (!allowed) return "none";
  const reads = granted
    .flatMap(membersOf)
    .some(({ contextAwareResources }) => contextAwareResources.length > 0);
  return reads ? "required" : "optional";
}

function definitionOptions(policy: string, flags: FlagValues<typeof runFlags>): DefinitionOptions {
  const hostCapabilities = flags["allowed-host-capabilities"] ?? ["*"];
  checkPatterns(hostCapabilities);
  return {
    policy,
    settings: { path: flags["settings-path"], json: flags["settings-json"] },
    raw: flags.raw,
    hasExecutionMode: flags["execution-mode"] !== undefined,
    hostCapabilities,
  };
}

export function checkPatterns(patterns: readonly string[]): void {
  try {
    parseCapabilityPatterns(patterns);
  } catch (error) {
    throw invalidInput(`Invalid host capabilities pattern: ${errorText(error)}`);
  }
}

/** A group is asked about raw requests when all of its members are. */
function isRaw(definition: PolicyDefinition, modules: ReadonlyMap<string, PolicyModule>): boolean {
  const members = membersOf(definition);
  const isRawModule = (url: string) => modules.get(url)?.metadata?.policyType === "raw";
  return members.length > 0 && members.every(({ module }) => isRawModule(module));
}
