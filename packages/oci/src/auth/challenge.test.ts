import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenge } from "./challenge.ts";

describe("parseChallenge", () => {
  const realm = new URL("https://auth.test/token?x=1");
  it.each<[string, string | undefined, unknown]>([
    ["nothing", undefined, { kind: "none" }],
    ["a token", `Bearer realm="${realm}",service="s"`, { kind: "bearer", realm, service: "s" }],
    ["a token without service", `Bearer realm="${realm}"`, { kind: "bearer", realm }],
    [
      "a token in other letters",
      `bearer REALM="${realm}" , Service=s`,
      { kind: "bearer", realm, service: "s" },
    ],
    [
      "a service in quotes",
      `Bearer realm="${realm}",service="a \\"b\\", c"`,
      { kind: "bearer", realm, service: 'a "b", c' },
    ],
    ["an empty service", `Bearer realm="${realm}",service=""`, { kind: "bearer", realm, service: "" }],
    [
      "a scope besides",
      `Bearer realm="${realm}",service="s",scope="repository:a,b:pull"`,
      { kind: "bearer", realm, service: "s" },
    ],
    ["a token among others", `Basic realm="x", Bearer realm="${realm}"`, { kind: "bearer", realm }],
    ["a token before others", `Bearer realm="${realm}", Basic realm="x"`, { kind: "bearer", realm }],
    ["Basic", 'Basic realm="x"', { kind: "basic" }],
    ["something else", "Negotiate abc==", { kind: "basic" }],
    ["a token without realm", 'Bearer service="s"', { kind: "basic" }],
    ["a token with a realm that is no URL", 'Bearer realm="x"', { kind: "basic" }],
    ["a token with a realm that is a file", 'Bearer realm="file:///x"', { kind: "basic" }],
    ["an empty header", "", { kind: "basic" }],
    ["a quote that does not end", `Bearer realm="${realm}`, { kind: "basic" }],
  ])("reads %s", (_row, header, challenge) => {
    expect(parseChallenge(header)).toEqual(challenge);
  });

  it("never throws, whatever the header is", () => {
    const header = fc.string({
      unit: fc.constantFrom(
        "Bearer",
        "Basic",
        " ",
        ",",
        "=",
        '"',
        "\\",
        "realm",
        "https://a.test",
        "service",
        "ä",
        "x",
      ),
    });
    fc.assert(
      fc.property(header, (header) => {
        expect(["basic", "bearer"]).toContain(parseChallenge(header).kind);
      }),
      { numRuns: 1000 },
    );
  });
});
