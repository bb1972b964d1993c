import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNoProxy } from "./no-proxy.ts";

describe("parseNoProxy", () => {
  it.each<[string, string, string[], string[]]>([
    ["nothing", "", [], ["https://a.test"]],
    ["everything", "*", ["https://a.test", "http://10.0.0.1:5000", "http://[::1]"], []],
    ["everything among others", "none.test , *", ["https://a.test"], []],
    [
      "a domain with its sub-domains",
      "corp.test",
      ["https://corp.test", "https://registry.corp.test:5000", "https://CORP.test.", "https://a.b.corp.test"],
      ["https://notcorp.test", "https://corp.test.evil.test"],
    ],
    ["a domain after a dot", ".corp", ["https://corp", "https://a.corp"], ["https://acorp"]],
    ["a domain after an asterisk", "*.corp.test", ["https://a.corp.test"], ["https://b.test"]],
    [
      "one port",
      "corp.test:5000",
      ["https://corp.test:5000"],
      ["https://corp.test", "https://corp.test:5001"],
    ],
    [
      "the default port",
      "corp.test:443,b.test:80",
      ["https://corp.test", "http://b.test"],
      ["http://corp.test"],
    ],
    ["an address", "10.0.0.1", ["http://10.0.0.1:5000"], ["http://10.0.0.2", "http://110.0.0.1"]],
    ["an address of version 6", "[fd00::1]", ["http://[fd00::1]:5000"], ["http://[fd00::2]"]],
    ["such an address without brackets", "fd00:0::1", ["http://[fd00::1]"], ["http://[fd00::2]"]],
    ["such an address with a port", "[fd00::1]:80", ["http://[fd00::1]"], ["http://[fd00::1]:81"]],
    ["a network", "10.0.0.0/8", ["http://10.1.2.3"], ["http://11.0.0.1", "https://10.0.0.1.test"]],
    ["a network of version 6", "fd00::/8", ["http://[fd12::1]"], ["http://[fe00::1]"]],
    ["all addresses of a version", "0.0.0.0/0", ["http://1.2.3.4"], ["https://a.test"]],
    ["nothing from a wrong network", "10.0.0.0/33,x/8,10.0.0.0/,10.0.0.0/8x", [], ["http://10.0.0.1"]],
    ["the rest beside a wrong entry", "10.0.0.0/99,:::,a.test", ["https://a.test"], ["http://10.0.0.1"]],
  ])("policy-server 30: matches %s", (_row, text, without, through) => {
    const bypasses = parseNoProxy(text);
    expect(without.filter((url) => !bypasses(new URL(url)))).toEqual([]);
    expect(through.filter((url) => bypasses(new URL(url)))).toEqual([]);
  });

  it("never throws, whatever the list is", () => {
    const list = fc.string({ unit: fc.constantFrom(..."*.,: []/0123456789abx") });
    fc.assert(
      fc.property(list, (text) => {
        for (const url of ["https://a.test", "http://10.0.0.1", "http://[::1]:5000"])
          expect(typeof parseNoProxy(text)(new URL(url))).toBe("boolean");
      }),
      { numRuns: 500 },
    );
  });
});
