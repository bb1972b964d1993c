import { errorText } from "@kubewarden-ts/base";
import type { FlagValues } from "@kubewarden-ts/cli";
import { createCapabilityServer, temporaryDeps, parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import { defineCommand, type KwctlDeps } from "../define-command.ts";
import { invalidInput, KwctlError } from "../errors.ts";
import { uriOrShaPrefixOrYamlFile } from "../flags/policy-argument.ts";
import { runFlags } from "../flags/run.ts";
import { refuseVerification } from "../flags/verification.ts";
import type { PolicyModule } from "../policy-module.ts";
import { grantResources } from "../run/context-aware.ts";
import { type DefinitionOptions, readDefinitions } from "../run/definition-source.ts";
import { evaluate } from "../run/evaluate.ts";
import { chooseExecutionMode } from "../run/execution-mode.ts";
import { checkMinimumVersion } from "../run/minimum-version.ts";
import { fetchModules } from "../run/modules.ts";
import { responseLine } from "../run/output.ts";
import { membersOf, type PolicyDefinition } from "../run/policy-definition.ts";
import { readRequestFile, toReview } from "../run/request.ts";
import { checkDockerConfig, readSources } from "../sources-file.ts";

export const run = defineCommand({
  summary: "Runs a Kubewarden policy from a given URI",
  args: [uriOrShaPrefixOrYamlFile],
  flags: { ...runFlags },
  async run({ args: [policy], flags, env, stdout, ...deps }) {
    refuseUnavailable(flags);
    await refuseVerification(flags, deps);
    const definitions = await readDefinitions(definitionOptions(policy, flags), deps);
    const request = await readRequestFile(flags["request-path"], deps);
    const modules = await fetchAll(definitions, flags, { ...deps, env });
    // What a custom resource names is run as its metadata says.
    const isSinglePolicy = definitions[0]?.contextAware === "metadata";
    const modeFlag = isSinglePolicy ? flags["execution-mode"] : undefined;
    const modeOf = (module: PolicyModule) => chooseExecutionMode(module, modeFlag);
    for (const module of modules.values()) {
      if (module.metadata !== undefined) checkMinimumVersion(module.metadata);
      modeOf(module);
    }
    const { log } = deps;
    const shared = { modules, modeOf, serveCapability: createCapabilityServer({ ...temporaryDeps, ...deps }), log };
    for (const asked of definitions) {
      const form = flags.raw || isRaw(asked, modules) ? "raw" : "admission";
      const definition = grantResources(asked, { allowed: flags["allow-context-aware"], modules, log });
      const review = toReview(request, form);
      stdout.write(responseLine(await evaluate({ definition, form, review, ...shared })));
    }
  },
});

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

function refuseUnavailable(flags: Readonly<Record<string, unknown>>): void {
  for (const name of ["record-host-capabilities-interactions", "replay-host-capabilities-interactions"]) {
    if (flags[name] === undefined) continue;
    throw new KwctlError(`kwctl run --${name} is not available yet`, { code: "KWCTL_NOT_AVAILABLE" });
  }
}

function checkPatterns(patterns: readonly string[]): void {
  try {
    parseCapabilityPatterns(patterns);
  } catch (error) {
    throw invalidInput(`Invalid host capabilities pattern: ${errorText(error)}`);
  }
}

async function fetchAll(
  definitions: readonly PolicyDefinition[],
  flags: FlagValues<typeof runFlags>,
  deps: KwctlDeps & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Map<string, PolicyModule>> {
  const sources = await readSources(flags["sources-path"], deps);
  await checkDockerConfig(flags["docker-config-json-path"], deps);
  const urls = definitions.flatMap(membersOf).map(({ module }) => module);
  return fetchModules(urls, (url) => deps.fetchModule(url, sources));
}

/** A group is asked about raw requests when all of its members are. */
function isRaw(definition: PolicyDefinition, modules: ReadonlyMap<string, PolicyModule>): boolean {
  const members = membersOf(definition);
  const isRawModule = (url: string) => modules.get(url)?.metadata?.policyType === "raw";
  return members.length > 0 && members.every(({ module }) => isRawModule(module));
}
