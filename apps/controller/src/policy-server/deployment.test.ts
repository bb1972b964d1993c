import type { Deployment } from "@kubewarden-ts/api/core";
import type { PolicyServer } from "@kubewarden-ts/api/policies";
import { describe, expect, it } from "vitest";
import type { ControllerConfig } from "../config.ts";
import { policyServer } from "../policy/testing/objects.ts";
import { desiredDeployment } from "./deployment.ts";
import { containerEnvironment } from "./environment.ts";
import { controllerConfig } from "./testing/config.ts";
import { maximalConfig, maximalServer } from "./testing/maximal.ts";
import { podVolumes } from "./volumes.ts";

function desired(
  server: PolicyServer,
  more: { config?: ControllerConfig; current?: Deployment; configVersion?: string } = {},
): Deployment {
  return desiredDeployment(server, {
    ...{ config: controllerConfig(), current: undefined, configVersion: "7" },
    ...more,
  });
}
const template = (deployment: Deployment) => deployment.spec!.template;
const podOf = (deployment: Deployment) => template(deployment).spec as Record<string, unknown>;
const systemLabels = {
  "kubewarden/policy-server": "default",
  "app.kubernetes.io/component": "policy-server",
  "app.kubernetes.io/instance": "policy-server-default",
  "app.kubernetes.io/part-of": "kubewarden",
  "app.kubernetes.io/managed-by": "kubewarden-controller",
};
const podLabels = {
  ...systemLabels,
  app: "kubewarden-policy-server-default",
  "kubewarden/config-version": "7",
};

describe("desiredDeployment", () => {
  it("controller 21: is complete for a minimal spec", () => {
    const server = policyServer("default", { uid: "u" });
    const { volumes, volumeMounts } = podVolumes(server, controllerConfig());
    expect(desired(server)).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "policy-server-default",
        namespace: "kubewarden",
        labels: systemLabels,
        annotations: {
          "kubewarden.io/managed-annotation-keys": "",
          "kubewarden.io/managed-label-keys": "",
          "kubewarden/config-version": "7",
        },
        ownerReferences: [
          { apiVersion: "policies.kubewarden.io/v1", kind: "PolicyServer", name: "default", uid: "u" },
        ],
      },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "kubewarden-policy-server-default" } },
        strategy: { type: "RollingUpdate" },
        template: {
          metadata: { labels: podLabels, annotations: {} },
          spec: {
            affinity: {},
            dnsPolicy: "ClusterFirst",
            securityContext: { seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "policy-server-default",
                image: "example.com/policy-server:v1",
                env: containerEnvironment(server, controllerConfig()),
                resources: {},
                readinessProbe: { httpGet: { path: "/readiness", port: 8081, scheme: "HTTP" } },
                securityContext: {
                  readOnlyRootFilesystem: true,
                  privileged: false,
                  allowPrivilegeEscalation: false,
                  runAsNonRoot: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts,
              },
            ],
            volumes,
          },
        },
      },
    });
  });

  it("controller 21: follows a maximal spec in everything", () => {
    const server = maximalServer();
    const config = maximalConfig();
    const deployment = desired(server, { config });
    expect(deployment.spec?.replicas).toBe(3);
    expect(template(deployment).metadata).toEqual({
      labels: { team: "t", ...podLabels },
      annotations: { "example.com/note": "n", "example.com/a": "a" },
    });
    const { containers, volumes, ...pod } = podOf(deployment);
    expect(volumes).toEqual(podVolumes(server, config).volumes);
    expect(pod).toEqual({
      serviceAccountName: "policy-server",
      tolerations: [{ key: "k", operator: "Exists" }],
      priorityClassName: "system-cluster-critical",
      imagePullSecrets: [{ name: "image-pull" }],
      affinity: { nodeAffinity: {} },
      hostNetwork: true,
      dnsPolicy: "ClusterFirstWithHostNet",
      securityContext: { fsGroup: 2000 },
    });
    expect(containers).toMatchObject([
      {
        env: containerEnvironment(server, config),
        resources: { limits: server.spec.limits, requests: server.spec.requests },
        readinessProbe: { httpGet: { port: 9081 } },
        securityContext: { runAsUser: 1000 },
      },
    ]);
  });

  it("controller 22: has labels and annotations of the spec, under those of the system", () => {
    const { metadata } = desired(maximalServer());
    expect(metadata.labels).toEqual({ team: "t", ...systemLabels });
    expect(metadata.annotations).toEqual({
      "example.com/a": "a",
      "example.com/note": "n",
      "kubewarden.io/managed-annotation-keys": "example.com/a,example.com/note",
      "kubewarden.io/managed-label-keys": "app.kubernetes.io/part-of,team",
      "kubewarden/config-version": "7",
    });
  });

  it("controller 22: removes what the spec no longer says, also where upstream wrote the keys in another order", () => {
    const before = desired(maximalServer());
    before.metadata.annotations!["kubewarden.io/managed-annotation-keys"] = "example.com/note,example.com/a";
    const spec = { annotations: { "example.com/a": "new" }, labels: {} };
    const { metadata, ...after } = desired(policyServer("default", {}, spec), { current: before });
    expect(metadata.labels).toEqual(systemLabels);
    expect(metadata.annotations).toEqual({
      "example.com/a": "new",
      "kubewarden.io/managed-annotation-keys": "example.com/a",
      "kubewarden.io/managed-label-keys": "",
      "kubewarden/config-version": "7",
    });
    expect(after.spec?.template.metadata).toEqual({
      labels: podLabels,
      annotations: { "example.com/a": "new" },
    });
  });

  it("controller 22: leaves what others put there, also in the template: kubectl rollout restart is not undone", () => {
    const restarted = { "kubectl.kubernetes.io/restartedAt": "2026-01-01T00:00:00Z" };
    const before = desired(maximalServer());
    before.metadata.labels!["mine"] = "x";
    Object.assign(before.metadata.annotations!, { "deployment.kubernetes.io/revision": "3" });
    Object.assign(template(before).metadata!.annotations!, restarted);
    const after = desired(policyServer(), { current: before });
    expect(after.metadata.labels).toEqual({ ...systemLabels, mine: "x" });
    expect(after.metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "3" });
    expect(template(after).metadata?.annotations).toEqual(restarted);
  });

  it("controller 31: has a sidecar injected, and no longer when telemetry is off", () => {
    const config = controllerConfig({ telemetry: { tracing: true, sidecar: true } });
    const before = desired(policyServer(), { config });
    expect(template(before).metadata?.annotations).toEqual({ "sidecar.opentelemetry.io/inject": "true" });
    expect(template(desired(policyServer(), { current: before })).metadata?.annotations).toEqual({});
  });

  it("controller 5: stamps the version of the configuration on the Deployment and its Pods", () => {
    const after = desired(policyServer(), { current: desired(policyServer()), configVersion: "8" });
    expect(after.metadata.annotations?.["kubewarden/config-version"]).toBe("8");
    expect(template(after).metadata?.labels?.["kubewarden/config-version"]).toBe("8");
  });

  it("controller 5: leaves the stamp of Pods that read changed policies themselves", () => {
    const annotations = { "kubewarden-ts.io/policy-updates": "reload" };
    const server = policyServer("default", { annotations });
    const first = desired(server);
    const after = desired(server, { current: first, configVersion: "8" });
    expect(template(first).metadata?.labels?.["kubewarden/config-version"]).toBe("7");
    expect(after.metadata.annotations?.["kubewarden/config-version"]).toBe("8");
    expect(template(after)).toEqual(template(first));
  });

  it("controller 23: has image pull secrets of the controller's flag, never of the spec", () => {
    const server = policyServer("default", {}, { imagePullSecret: "pull" });
    expect(podOf(desired(server))["imagePullSecrets"]).toBeUndefined();
    expect(JSON.stringify(podOf(desired(server))["volumes"])).toContain('"secretName":"pull"');
    const config = controllerConfig({ imagePullSecrets: ["a", "b"] });
    const flagged = podOf(desired(policyServer(), { config }));
    expect(flagged["imagePullSecrets"]).toEqual([{ name: "a" }, { name: "b" }]);
    expect(JSON.stringify(flagged["volumes"])).not.toContain("dockerconfigjson");
  });

  it("controller 42: keeps owners of others, and replaces an owner of the same name that is gone", () => {
    const other = { apiVersion: "v1", kind: "ConfigMap", name: "default", uid: "c" };
    const current = desired(policyServer("default", { uid: "old" }));
    current.metadata.ownerReferences?.unshift(other);
    const after = desired(policyServer("default", { uid: "new" }), { current });
    expect(after.metadata.ownerReferences?.map(({ uid }) => uid)).toEqual(["c", "new"]);
  });
});
