import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StoreError } from "./errors.ts";
import { parseModuleUrl } from "./module-url.ts";

describe("parseModuleUrl", () => {
  it.each([
    ["file:///opt/p.wasm", { kind: "file", path: "/opt/p.wasm" }],
    ["file:///opt/a%20b.wasm", { kind: "file", path: "/opt/a b.wasm" }],
    ["https://host.test/p.wasm", { kind: "http", url: new URL("https://host.test/p.wasm") }],
    ["http://host.test:8080/p.wasm", { kind: "http", url: new URL("http://host.test:8080/p.wasm") }],
    ["registry://ghcr.io/acme/p:v1", { kind: "registry", reference: "ghcr.io/acme/p:v1" }],
    ["ghcr.io/acme/p:v1", { kind: "registry", reference: "ghcr.io/acme/p:v1" }],
    ["ghcr.io:443/a/b:1", { kind: "registry", reference: "ghcr.io:443/a/b:1" }],
    ["192.168.1.2:5000/x", { kind: "registry", reference: "192.168.1.2:5000/x" }],
    ["localhost:5000/y", { kind: "registry", reference: "localhost:5000/y" }],
    ["", { kind: "registry", reference: "" }],
  ])("reads %j", (text, location) => {
    expect(parseModuleUrl(text)).toEqual(location);
  });

  it.each([
    ["ftp://registry.test/x.wasm", "unknown scheme: ftp"],
    ["file://relative.wasm", "cannot retrieve path from uri: file://relative.wasm/"],
  ])("refuses %s", (text, message) => {
    expect(() => parseModuleUrl(text)).toThrow(new StoreError(message, { code: "STORE_URL_INVALID" }));
  });

  it("never throws anything else, whatever the text is", () => {
    const schemes = fc.constantFrom("", "file://", "http://", "registry://", "x:", "a://");
    fc.assert(
      fc.property(schemes, fc.string(), (scheme, rest) => {
        try {
          parseModuleUrl(scheme + rest);
        } catch (error) {
          expect(error).toBeInstanceOf(StoreError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
