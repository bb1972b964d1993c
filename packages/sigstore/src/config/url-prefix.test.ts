import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBelowPrefix, urlPrefixOf } from "./url-prefix.ts";

describe("a prefix", () => {
  it.each([
    ["https://github.com/acme", "https://github.com/acme/"],
    ["https://github.com/acme/", "https://github.com/acme/"],
    ["https://github.com", "https://github.com/"],
    ["HTTPS://GitHub.com/Acme", "https://github.com/Acme/"],
    ["https://github.com/a/../acme", "https://github.com/acme/"],
    ["acme", undefined],
    ["", undefined],
    ["https://github.com/acme?x", undefined],
    ["https://github.com/acme#x", undefined],
  ])("kwctl-and-oci 5: of %s ends at a slash", (text, prefix) => {
    expect(urlPrefixOf(text)).toBe(prefix);
  });

  it.each([
    ["https://github.com/acme/app", true],
    ["https://github.com/acme/", true],
    ["https://github.com/acme", false],
    ["https://github.com/acme-evil/app", false],
    ["https://github.com/acme/../evil/app", false],
    ["https://github.com/acme/%2e%2e/evil/app", false],
    ["https://github.com/acme\\../evil", false],
    ["https://github.com@evil.test/acme/", false],
    ["https://evil.test/https://github.com/acme/", false],
  ])("kwctl-and-oci 5: `https://github.com/acme` and %s: %s", (name, isBelow) => {
    expect(isBelowPrefix(name, "https://github.com/acme/")).toBe(isBelow);
  });

  it("kwctl-and-oci 5: lets nobody in who is on another host or in another folder", () => {
    const part = fc.constantFrom(
      "acme",
      "acme-evil",
      "..",
      ".",
      "",
      "%2e%2e",
      "app",
      "\\",
      "@",
      "github.com",
      "?",
      "#",
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 6 }),
        fc.constantFrom("https://github.com/", "https://"),
        (parts, start) => {
          const name = start + parts.join("/");
          if (!isBelowPrefix(name, "https://github.com/acme/")) return;
          const { host, pathname } = new URL(name);
          expect([host, pathname.split("/")[1]]).toEqual(["github.com", "acme"]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
