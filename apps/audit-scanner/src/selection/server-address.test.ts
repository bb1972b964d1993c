import { describe, expect, it } from "vitest";
import { policyServer, service } from "../scan/testing/scan-fixtures.ts";
import { setUpScan } from "../scan/testing/set-up-scan.ts";
import { createPolicyInventory } from "./policy-inventory.ts";
import { serverAddress } from "./server-address.ts";

const { signal } = new AbortController();
const slice = (name: string, more: object) => ({
  ...{ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4" },
  metadata: {
    name,
    namespace: "kubewarden",
    labels: { "kubernetes.io/service-name": "policy-server-default" },
  },
  ports: [
    { name: "metrics", port: 8080 },
    { name: "policy-server", port: 8443 },
  ],
  ...more,
});

async function address(objects: Parameters<typeof setUpScan>[0], name = "default", policyServerUrl?: string) {
  await using run = await setUpScan(objects);
  const servers = await createPolicyInventory(run.context).servers(signal);
  return serverAddress(name, servers, { kubewardenNamespace: "kubewarden", policyServerUrl });
}

describe("serverAddress", () => {
  it("audit-and-reports 9: is the Service's, with the addresses behind it that are ready", async () => {
    const objects = [
      slice("a", {
        endpoints: [
          { addresses: ["10.0.0.2"], conditions: { ready: true } },
          { addresses: ["10.0.0.9"], conditions: { ready: false } },
          { addresses: ["10.0.0.1"] },
        ],
      }),
      slice("b", { addressType: "IPv6", endpoints: [{ addresses: ["fd00::1"] }] }),
      slice("c", { addressType: "FQDN", endpoints: [{ addresses: ["elsewhere.test"] }] }),
      slice("d", { endpoints: null, ports: null }),
    ];
    expect(await address({ objects })).toEqual({
      kind: "found",
      address: {
        name: "default",
        url: "https://policy-server-default.kubewarden.svc:443",
        endpoints: ["10.0.0.1:8443", "10.0.0.2:8443", "[fd00::1]:8443"],
      },
    });
  });

  it("audit-and-reports 9: is --policy-server-url where that is given", async () => {
    expect(await address({}, "default", "http://localhost:3000/")).toEqual({
      kind: "found",
      address: { name: "default", url: "http://localhost:3000", endpoints: [] },
    });
  });

  it.each<[string, Parameters<typeof setUpScan>[0], string, string]>([
    ["without a PolicyServer", {}, "other", 'there is no PolicyServer "other"'],
    ["without a Service", { objects: [policyServer("other")] }, "other", "could not find a single service"],
    [
      "with two Services",
      { objects: [service("default", { name: "second" })] },
      "default",
      "could not find a single service for the given policy server instance label: 2",
    ],
    [
      "without a port",
      { objects: [{ ...service(), spec: { ports: [] } }] },
      "default",
      "policy server service does not have a port",
    ],
  ])("audit-and-reports, 2.8: says why there is none %s", async (_row, objects, name, reason) => {
    const found = await address(objects, name, "http://localhost:3000");
    expect(found).toMatchObject({ kind: "unknown", reason: expect.stringContaining(reason) });
  });
});
