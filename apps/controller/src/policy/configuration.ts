import { hash } from "node:crypto";
import type { ConfigMap } from "@kubewarden-ts/api/core";
import { type PolicyMap, readPolicyMap } from "./policy-map.ts";

/** What the ConfigMap of a policy server says. */
export interface Configuration {
  /** by unique name; nothing where it cannot be read (controller.md 4.3) */
  readonly policies: PolicyMap | undefined;
  /** of the policies file, as replicas give it: `sha256:` and hex digits */
  readonly policiesDigest: string;
}

export type ReadConfiguration = (configMap: ConfigMap | undefined) => Configuration;

/** Reads each ConfigMap once, however many policies ask for what it says. */
export function createConfigurationReader(): ReadConfiguration {
  const known = new WeakMap<ConfigMap, Configuration>();
  return (configMap) => {
    if (configMap === undefined) return configurationOf(configMap);
    const configuration = known.get(configMap) ?? configurationOf(configMap);
    known.set(configMap, configuration);
    return configuration;
  };
}

function configurationOf(configMap: ConfigMap | undefined): Configuration {
  const text = configMap?.data?.["policies.yml"] ?? "";
  return { policies: readPolicyMap(configMap), policiesDigest: `sha256:${hash("sha256", text)}` };
}
