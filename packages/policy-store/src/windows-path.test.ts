import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromWindowsNames, windowsNames } from "./windows-path.ts";

const sha256 = `sha256:${"ab".repeat(32)}`;

describe("kwctl-and-oci 48: names on Windows", () => {
  it.each([
    [
      ["registry", "ghcr.io", "kubewarden", "p:v1"],
      ["registry", "Z2hjci5pbw", "a3ViZXdhcmRlbg", "cDp2MQ"],
    ],
    [
      ["https", "host:8443", "x.wasm"],
      ["https", "aG9zdDo4NDQz", "eC53YXNt"],
    ],
    [
      ["http", "http", "registry", "über"],
      ["http", "http", "registry", "w7xiZXI"],
    ],
    [
      ["registry", "h", `p@${sha256}`],
      ["registry", "aA", Buffer.from(`p@${sha256}`).toString("base64url")],
    ],
  ])("of %j", (segments, names) => {
    expect(windowsNames(segments)).toEqual(names);
    expect(fromWindowsNames(names)).toEqual(segments);
  });

  it.each([[["a b"]], [["Z2hjci5pbw=="]], [["Z2hjci5pbx"]], [["gA"]], [[""]]])("%j are none", (names) => {
    expect(fromWindowsNames(names)).toEqual(names[0] === "" ? [""] : undefined);
  });

  it("lead back, and hold nothing that Windows refuses", () => {
    const segment = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.array(segment), (segments) => {
        const names = windowsNames(segments);
        expect(names.every((name) => /^[\w-]+$/.test(name))).toBe(true);
        expect(fromWindowsNames(names)).toEqual(segments);
      }),
    );
  });
});
