import { describe, expect, it } from "vitest";
import { policyServer } from "../policy/testing/objects.ts";
import { desiredService } from "./service.ts";
import { controllerConfig } from "./testing/config.ts";

const webhook = { name: "policy-server", protocol: "TCP", port: 443, targetPort: 8443 };

describe("desiredService", () => {
  it("controller 21: is complete", () => {
    const server = policyServer("default", { uid: "u" }, { webhookPort: 9443 });
    expect(desiredService(server, { config: controllerConfig(), current: undefined })).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "policy-server-default",
        namespace: "kubewarden",
        labels: {
          "kubewarden/policy-server": "default",
          "app.kubernetes.io/component": "policy-server",
          "app.kubernetes.io/instance": "policy-server-default",
          "app.kubernetes.io/part-of": "kubewarden",
          "app.kubernetes.io/managed-by": "kubewarden-controller",
        },
        ownerReferences: [
          { apiVersion: "policies.kubewarden.io/v1", kind: "PolicyServer", name: "default", uid: "u" },
        ],
      },
      spec: {
        type: "ClusterIP",
        ports: [{ ...webhook, targetPort: 9443 }],
        selector: {
          "app.kubernetes.io/instance": "policy-server-default",
          "app.kubernetes.io/part-of": "kubewarden",
        },
      },
    });
  });

  const metrics = { name: "metrics", protocol: "TCP", port: 8080, targetPort: 8080 };
  it.each<[string, object, object, object[]]>([
    ["none when metrics are off", { metricsPort: 9090 }, { policyServerMetricsPort: 7070 }, []],
    ["the usual one", {}, { metrics: true }, [metrics]],
    [
      "the controller's, on both sides",
      {},
      { metrics: true, policyServerMetricsPort: 7070 },
      [{ ...metrics, port: 7070, targetPort: 7070 }],
    ],
    [
      "the spec's, in the Service only",
      { metricsPort: 9090 },
      { metrics: true, policyServerMetricsPort: 7070 },
      [{ ...metrics, port: 9090, targetPort: 7070 }],
    ],
  ])("controller 32: has for metrics %s", (_row, spec, telemetry, expected) => {
    const server = policyServer("default", {}, spec);
    const service = desiredService(server, { config: controllerConfig({ telemetry }), current: undefined });
    expect(service.spec?.ports).toEqual([webhook, ...expected]);
  });
});
