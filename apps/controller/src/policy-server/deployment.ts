import type { Deployment } from "@kubewarden-ts/api/core";
import {
  configVersionKey,
  managedAnnotationKeys,
  managedLabelKeys,
  type PolicyServer,
} from "@kubewarden-ts/api/policies";
import { reloadsPolicies } from "../policy/server-state.ts";
import { keysText, mergeManaged, writtenKeys } from "./managed-keys.ts";
import { type OwnedObjectOptions, ownedName, systemLabels, withOwner } from "./owned-object.ts";
import { desiredPodTemplate, selectorLabels } from "./pod-template.ts";

/**
 * The Pods of a policy server, and how many (controller.md 3.5).
 * @param options.configVersion - resource version of the ConfigMap: another one is a rollout, but where the Pods read
 *   changed policies themselves
 */
export function desiredDeployment(
  server: PolicyServer,
  options: OwnedObjectOptions<Deployment> & { readonly configVersion: string },
): Deployment {
  const { config, current } = options;
  const template = current?.spec?.template.metadata;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...ownedName(server, config), ...metadata(server, options) },
    spec: {
      replicas: server.spec.replicas,
      selector: { matchLabels: selectorLabels(server) },
      strategy: { type: "RollingUpdate" },
      template: desiredPodTemplate(server, {
        config,
        configVersion: templateVersion(server, options),
        annotations: template?.annotations,
        managedAnnotations: managedBefore(current, managedAnnotationKeys),
      }),
    },
  };
}

function metadata(
  server: PolicyServer,
  { current, configVersion }: OwnedObjectOptions<Deployment> & { readonly configVersion: string },
) {
  const { labels, annotations } = server.spec;
  return {
    labels: mergeManaged({
      current: current?.metadata.labels,
      before: managedBefore(current, managedLabelKeys),
      spec: labels,
      system: systemLabels(server),
    }),
    annotations: mergeManaged({
      current: current?.metadata.annotations,
      before: managedBefore(current, managedAnnotationKeys),
      spec: annotations,
      system: {
        [managedAnnotationKeys]: keysText(annotations),
        [managedLabelKeys]: keysText(labels),
        [configVersionKey]: configVersion,
      },
    }),
    ownerReferences: withOwner(current, server),
  };
}

function managedBefore(current: Deployment | undefined, annotation: string): string[] {
  return writtenKeys(current?.metadata.annotations?.[annotation]);
}

/** Where running Pods read changed policies themselves, the version with which they started stays. */
function templateVersion(
  server: PolicyServer,
  { current, configVersion }: { current: Deployment | undefined; configVersion: string },
): string {
  const started = current?.spec?.template.metadata?.labels?.[configVersionKey];
  return reloadsPolicies(server) ? (started ?? configVersion) : configVersion;
}
