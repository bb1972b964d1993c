import * as v from "valibot";
import { defineCapability, jsonAnswer } from "../capability.ts";

export interface DnsDeps {
  /** Every address of a host name, v4 and v6; rejects when there is none. */
  readonly lookup: (host: string, signal?: AbortSignal) => Promise<readonly { readonly address: string }[]>;
}

/** `net/v1/dns_lookup_host`: a JSON string (host name) in, `{ ips: string[] }` out (policy-runtime 5.6). */
export const dnsLookupHost = defineCapability({
  path: "net/v1/dns_lookup_host",
  input: v.string(),
  async run(host, { lookup }, signal) {
    const addresses = await lookup(host, signal);
    if (addresses.length === 0) throw new Error(`no address found for ${JSON.stringify(host)}`);
    return jsonAnswer({ ips: addresses.map(({ address }) => address) });
  },
});
