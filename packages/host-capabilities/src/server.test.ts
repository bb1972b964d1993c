import { describe, expect, it } from "vitest";
import { createCapabilityServer } from "./server.ts";
import { capabilities } from "./table.ts";

const serve = createCapabilityServer({
  async lookup(host) {
    if (host !== "example.test") throw new Error(`getaddrinfo ENOTFOUND ${host}`);
    return [{ address: "10.0.0.1" }, { address: "::1" }];
  },
});

describe("createCapabilityServer", () => {
  it("looks up a host name (policy-runtime 5.6)", async () => {
    expect(await serve("net/v1/dns_lookup_host", "example.test")).toEqual({ ips: ["10.0.0.1", "::1"] });
  });

  it("fails when there is no such host", async () => {
    await expect(serve("net/v1/dns_lookup_host", "nowhere.test")).rejects.toThrow(
      "getaddrinfo ENOTFOUND nowhere.test",
    );
  });

  it("hands the signal to the resolver", async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const watched = createCapabilityServer({
      async lookup(_host, given) {
        seen.push(given);
        return [];
      },
    });
    expect(await watched("net/v1/dns_lookup_host", "h", signal)).toEqual({ ips: [] });
    expect(seen).toEqual([signal]);
  });

  const later = capabilities
    .map(({ path }) => path)
    .filter((path) => path !== "tracing/log" && path !== "net/v1/dns_lookup_host");
  it.each(later)("says that %s is not available yet", async (path) => {
    await expect(serve(path, {})).rejects.toThrow(`${path} is not available yet`);
  });

  it.each(["tracing/log", "x/y"])("does not serve %s", async (path) => {
    await expect(serve(path, {})).rejects.toThrow(`unknown host capability: ${path}`);
  });
});
