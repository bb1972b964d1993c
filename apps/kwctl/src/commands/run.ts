import { errorText } from "@kubewarden-ts/base";
import type { FlagValues } from "@kubewarden-ts/cli";
import { parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import { limitsOf } from "@kubewarden-ts/policy-evaluation";
import { defineCommand } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { uriOrShaPrefixOrYamlFile } from "../flags/policy-argument.ts";
import { runFlags } from "../flags/run.ts";
import { refuseVerification } from "../flags/verification.ts";
import type { HostOptions } from "../host/connected-host.ts";
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
import { openRunHost } from "../run/run-host.ts";
import { checkDockerConfig, readSources } from "../sources-file.ts";

export const run = defineCommand({
  summary: "Runs a Kubewarden policy from a given URI",
  args: [uriOrShaPrefixOrYamlFile],
  flags: { ...runFlags },
  async run({ args: [policy], flags, env, stdout, ...deps }) {
    await refuseVerification(flags, deps);
    const definitions = await readDefinitions(definitionOptions(policy, flags), deps);
    const request = await readRequestFile(flags["request-path"], deps);
    const sources = await readSources(flags["sources-path"], { ...deps, env });
    await checkDockerConfig(flags["docker-config-json-path"], { ...deps, env });
    const urls = definitions.flatMap(membersOf).map(({ module }) => module);
    const modules = await fetchModules(urls, (url) => deps.fetchModule(url, sources));
    // What a custom resource names is run as its metadata says.
    const isSinglePolicy = definitions[0]?.contextAware === "metadata";
    const modeFlag = isSinglePolicy ? flags["execution-mode"] : undefined;
    const modeOf = (module: PolicyModule) => chooseExecutionMode(module, modeFlag);
    for (const module of modules.values()) {
      if (module.metadata !== undefined) checkMinimumVersion(module.metadata);
      modeOf(module);
    }
    const { log } = deps;
    const allowed = flags["allow-context-aware"];
    const granted = definitions.map((definition) => grantResources(definition, { allowed, modules, log }));
    await using host = await openRunHost({
      ...{ record: flags["record-host-capabilities-interactions"], files: deps.files, log },
      replay: flags["replay-host-capabilities-interactions"],
      connect: () =>
        deps.connectHost({
          sources,
          dockerConfigFolder: flags["docker-config-json-path"],
          cluster: clusterNeed(granted, allowed),
        }),
    });
    const seconds = flags["policy-timeout"];
    const timeoutMs = seconds === undefined ? undefined : seconds * 1000;
    const shared = { modules, modeOf, serveCapability: host.serve, limits: limitsOf(flags), timeoutMs, log };
    try {
      for (const definition of granted) {
        const form = flags.raw || isRaw(definition, modules) ? "raw" : "admission";
        const review = toReview(request, form);
        stdout.write(responseLine(await evaluate({ definition, form, review, ...shared })));
      }
    } finally {
      await host.finish();
    }
  },
});

/** A cluster is contacted with the user's consent only; where a policy may read of it, there must be one. */
function clusterNeed(granted: readonly PolicyDefinition[], allowed: boolean): HostOptions["cluster"] {
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

function checkPatterns(patterns: readonly string[]): void {
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
