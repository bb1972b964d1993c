import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextPage } from "./link.ts";

const base = new URL("https://registry.test/v2/acme/app/tags/list");

describe("nextPage", () => {
  it.each<[string | undefined, string | undefined]>([
    [
      '</v2/acme/app/tags/list?n=2&last=b>; rel="next"',
      "https://registry.test/v2/acme/app/tags/list?n=2&last=b",
    ],
    ["<?last=b>; rel=next", "https://registry.test/v2/acme/app/tags/list?last=b"],
    ['<https://other.test/x>;REL="Next"', "https://other.test/x"],
    ['</a>; rel="prev", </b>; title="a, b; c"; rel="last next"', "https://registry.test/b"],
    ['</a,b>; rel="next"', "https://registry.test/a,b"],
    ['</a>; rel="prev"', undefined],
    ["</a>", undefined],
    ['</a>; title="rel=next"', undefined],
    ['<http://[>; rel="next"', undefined],
    ['/a; rel="next"', undefined],
    ["", undefined],
    [undefined, undefined],
  ])("reads %j as %j", (header, expected) => {
    expect(nextPage(header, base)?.href).toBe(expected);
  });

  it("never throws, whatever the header is", () => {
    const part = fc.constantFrom("<", ">", ";", ",", " ", '"', "\\", "=", "rel", "next", "/a", "http://[");
    const header = fc.oneof(
      fc.string(),
      fc.array(part).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(header, (text) => {
        nextPage(text, base);
      }),
    );
  });
});
