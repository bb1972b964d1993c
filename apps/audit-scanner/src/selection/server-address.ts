import type { Service } from "@kubewarden-ts/api/core";
import { instanceLabel, policyServerObjectName } from "@kubewarden-ts/api/policies";
import type { PolicyServerAddress } from "../auditable-policy.ts";
import { type EndpointSlice, serviceNameLabel } from "./endpoint-slice.ts";
import type { ServerObjects } from "./policy-inventory.ts";

/** An address, or for people why there is none. */
export type FoundAddress =
  | { readonly kind: "found"; readonly address: PolicyServerAddress }
  | { readonly kind: "unknown"; readonly reason: string };

export interface ServerAddressOptions {
  readonly kubewardenNamespace: string;
  /** in place of the Service's URL; the Service must exist nevertheless */
  readonly policyServerUrl?: string | undefined;
}

/** Where a PolicyServer is reached (audit-and-reports.md 2.8). */
export function serverAddress(
  name: string,
  { policyServers, services, endpointSlices }: ServerObjects,
  { kubewardenNamespace, policyServerUrl }: ServerAddressOptions,
): FoundAddress {
  const unknown = (reason: string): FoundAddress => ({ kind: "unknown", reason });
  if (!policyServers.some(({ metadata }) => metadata.name === name)) {
    return unknown(
      `there is no PolicyServer ${JSON.stringify(name)}: create it, or correct spec.policyServer`,
    );
  }
  const instance = policyServerObjectName(name);
  const found = services.filter(({ metadata }) => metadata.labels?.[instanceLabel] === instance);
  const [service] = found;
  if (service === undefined || found.length > 1) {
    return unknown(
      `could not find a single service for the given policy server instance label: ${found.length} Services of namespace ${kubewardenNamespace} have ${instanceLabel}=${instance}`,
    );
  }
  const port = service.spec?.ports?.[0];
  if (port === undefined) {
    return unknown(`policy server service does not have a port: Service ${service.metadata.name}`);
  }
  if (policyServerUrl !== undefined && policyServerUrl !== "") {
    const url = policyServerUrl.replace(/\/+$/, "");
    return { kind: "found", address: { name, url, endpoints: [] } };
  }
  const url = `https://${service.metadata.name}.${kubewardenNamespace}.svc:${port.port}`;
  return {
    kind: "found",
    address: { name, url, endpoints: endpointsOf(service, port.name, endpointSlices) },
  };
}

/** Ready addresses, each once and sorted, so that two runs find the same. */
function endpointsOf(
  service: Service,
  portName: string | undefined,
  slices: readonly EndpointSlice[],
): readonly string[] {
  const found = slices
    .filter(({ metadata }) => metadata.labels?.[serviceNameLabel] === service.metadata.name)
    .flatMap(({ addressType, endpoints, ports }) => {
      const port = ports.find(({ name }) => (name ?? "") === (portName ?? ""))?.port;
      if (port === undefined || port === null || addressType === "FQDN") return [];
      return endpoints
        .filter(({ conditions }) => conditions?.ready !== false)
        .flatMap(({ addresses }) => addresses)
        .map((host) => (addressType === "IPv6" ? `[${host}]:${port}` : `${host}:${port}`));
    });
  return [...new Set(found)].sort();
}
