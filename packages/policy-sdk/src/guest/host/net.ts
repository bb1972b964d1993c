import * as v from "valibot";
import { ask } from "./answer.ts";

const Addresses = v.object({ ips: v.array(v.string()) });

/**
 * The IP addresses of a host name (`net/v1/dns_lookup_host`).
 * @throws {HostCallError} when the look-up is not granted or fails
 * @example host.net.lookupHost("registry.example.com") // ["192.0.2.1"]
 */
export function lookupHost(name: string): string[] {
  return ask({ namespace: "net", operation: "v1/dns_lookup_host" }, name, Addresses).ips;
}
