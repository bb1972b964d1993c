import { jsonAnswer } from "@kubewarden-ts/host-capabilities";
import type { ConnectHost } from "../host/connect-host.ts";

/** Resolves every name to the same address, and serves nothing else. */
export const fakeHost: ConnectHost = async () => ({
  async serve(path) {
    if (path === "net/v1/dns_lookup_host") return jsonAnswer({ ips: ["192.0.2.1"] });
    throw new Error(`${path} is not served here`);
  },
  async [Symbol.asyncDispose]() {},
});
