import { configVersionKey, defaultReadinessProbePort, type PolicyServer } from "@kubewarden-ts/api/policies";
import type { ControllerConfig } from "../config.ts";
import { containerEnvironment } from "./environment.ts";
import { mergeManaged } from "./managed-keys.ts";
import { ownedName, systemLabels } from "./owned-object.ts";
import { usesSidecar } from "./telemetry.ts";
import { podVolumes } from "./volumes.ts";

const injectSidecar = "sidecar.opentelemetry.io/inject";

export interface PodTemplateOptions {
  readonly config: ControllerConfig;
  /** the version of the configuration with which the Pods start */
  readonly configVersion: string;
  /** annotations of the template as it is now */
  readonly annotations: Readonly<Record<string, string>> | null | undefined;
  /** those of them that came from the spec */
  readonly managedAnnotations: readonly string[];
}

/** What tells the Pods of a policy server from others, since ever: the selector of a Deployment cannot change. */
export function selectorLabels({ metadata: { name } }: PolicyServer): Record<string, string> {
  return { app: `kubewarden-policy-server-${name}` };
}

/**
 * The Pods of a policy server (controller.md 3.5). Unlike upstream's, annotations that others put there stay, such as
 * `kubectl.kubernetes.io/restartedAt`: without them `kubectl rollout restart` would be undone by a second rollout (14).
 */
export function desiredPodTemplate(server: PolicyServer, options: PodTemplateOptions) {
  const { config, configVersion, annotations, managedAnnotations } = options;
  const { spec } = server;
  return {
    metadata: {
      labels: {
        ...spec.labels,
        ...selectorLabels(server),
        [configVersionKey]: configVersion,
        ...systemLabels(server),
      },
      annotations: mergeManaged({
        current: annotations,
        before: [...managedAnnotations, injectSidecar],
        spec: spec.annotations,
        system: usesSidecar(config) ? { [injectSidecar]: "true" } : {},
      }),
    },
    spec: podSpec(server, config),
  };
}

function podSpec(server: PolicyServer, config: ControllerConfig) {
  const { serviceAccountName, tolerations, affinity = {}, priorityClassName, securityContexts } = server.spec;
  const { volumes, volumeMounts } = podVolumes(server, config);
  const { hostNetwork, imagePullSecrets } = config;
  return {
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(tolerations !== undefined && { tolerations }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    affinity,
    ...(hostNetwork && { hostNetwork }),
    dnsPolicy: hostNetwork ? "ClusterFirstWithHostNet" : "ClusterFirst",
    securityContext: securityContexts?.pod ?? { seccompProfile: { type: "RuntimeDefault" } },
    containers: [container(server, { config, volumeMounts })],
    volumes,
  };
}

function container(
  server: PolicyServer,
  { config, volumeMounts }: { config: ControllerConfig; volumeMounts: readonly object[] },
) {
  const { image, limits, requests, securityContexts, readinessProbePort } = server.spec;
  const port = readinessProbePort ?? defaultReadinessProbePort;
  return {
    name: ownedName(server, config).name,
    image,
    env: containerEnvironment(server, config),
    resources: { ...(limits !== undefined && { limits }), ...(requests !== undefined && { requests }) },
    readinessProbe: { httpGet: { path: "/readiness", port, scheme: "HTTP" } },
    securityContext: securityContexts?.container ?? restricted,
    volumeMounts,
  };
}

const restricted = {
  readOnlyRootFilesystem: true,
  privileged: false,
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};
