import { describe, expect, it } from "vitest";
import { policyServer } from "../policy/testing/objects.ts";
import { controllerConfig } from "./testing/config.ts";
import { maximalConfig, maximalServer } from "./testing/maximal.ts";
import { podVolumes } from "./volumes.ts";

const base = [
  { name: "policy-store", emptyDir: {} },
  { name: "certs", secret: { secretName: "policy-server-default" } },
  {
    name: "policies",
    configMap: { name: "policy-server-default", items: [{ key: "policies.yml", path: "policies.yml" }] },
  },
];
const baseMounts = [
  { name: "policy-store", mountPath: "/tmp" },
  { name: "certs", mountPath: "/pki", readOnly: true },
  { name: "policies", mountPath: "/config", readOnly: true },
];

describe("podVolumes", () => {
  it("controller 21: of a minimal spec are three", () => {
    const found = podVolumes(policyServer(), controllerConfig());
    expect(found).toEqual({ volumes: base, volumeMounts: baseMounts });
  });

  it("controller 21: of a maximal spec are all, in upstream's order", () => {
    const { volumes, volumeMounts } = podVolumes(maximalServer(), maximalConfig());
    expect(volumes).toEqual([
      ...base,
      { name: "otel-collector-certificate", secret: { secretName: "ca", defaultMode: 420 } },
      { name: "otel-collector-client-certificate", secret: { secretName: "client", defaultMode: 420 } },
      {
        name: "verification",
        configMap: {
          name: "verification",
          items: [{ key: "verification-config", path: "verification.yml" }],
        },
      },
      {
        name: "sigstore-trust-config",
        configMap: {
          name: "trust",
          items: [{ key: "sigstore-trust-config", path: "sigstore-trust-config.json" }],
        },
      },
      {
        name: "imagepullsecret",
        secret: { secretName: "pull", items: [{ key: ".dockerconfigjson", path: "config.json" }] },
      },
      { name: "sources", configMap: { name: "policy-server-default" } },
      {
        name: "kubewarden-ca-cert",
        secret: { secretName: "kubewarden-ca", items: [{ key: "ca.crt", path: "ca.crt" }] },
      },
      {
        name: "client-ca-cert",
        configMap: { name: "client-ca", items: [{ key: "client-ca.crt", path: "client-ca.crt" }] },
      },
    ]);
    expect(volumeMounts.map(({ name, mountPath, ...rest }) => [name, mountPath, rest])).toEqual([
      ["policy-store", "/tmp", {}],
      ["certs", "/pki", { readOnly: true }],
      ["policies", "/config", { readOnly: true }],
      ["otel-collector-certificate", "/otel/ca", { readOnly: true }],
      ["otel-collector-client-certificate", "/otel/client", { readOnly: true }],
      ["verification", "/verification", { readOnly: true }],
      ["sigstore-trust-config", "/sigstore-trust", { readOnly: true }],
      ["imagepullsecret", "/home/kubewarden/.docker", { readOnly: true }],
      ["sources", "/sources", { readOnly: true }],
      ["kubewarden-ca-cert", "/ca", { readOnly: true }],
      ["client-ca-cert", "/client-ca", { readOnly: true }],
    ]);
  });

  const secrets = { certificateSecret: "ca", clientCertificateSecret: "client" };
  const environment = { OTEL_EXPORTER_OTLP_CERTIFICATE: "/otel/ca/ca.crt" };
  it.each<[string, object, string[]]>([
    ["telemetry is off", { ...secrets, environment }, []],
    ["the collector is a sidecar", { ...secrets, environment, metrics: true, sidecar: true }, []],
    ["the controller has no Secret for them", { environment, metrics: true }, []],
    ["the controller says where", { ...secrets, environment, tracing: true }, ["otel-collector-certificate"]],
  ])("controller 31: mounts certificates of a collector when %s", (_row, telemetry, names) => {
    const { volumes } = podVolumes(policyServer(), controllerConfig({ telemetry }));
    expect(volumes.slice(base.length).map(({ name }) => name)).toEqual(names);
  });
});
