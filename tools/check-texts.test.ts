import { describe, expect, it } from "vitest";
import { checkTexts } from "./check-texts.ts";

// Written in pieces: this file is checked too.
const unfinished = ["TO", "DO"].join("");
const registry = ["registry", "npmjs", "org"].join(".");
const home = ["", "home", "alice", ""].join("/");

describe("checkTexts", () => {
  it.each([
    ["unfinished work", `// ${unfinished} later`, `unfinished: ${unfinished}`],
    ["a package registry", `https://${registry}/x`, `names the package registry ${registry}`],
    ["a home folder", `see ${home}x`, `names a folder of one machine, ${home}`],
    ["a folder of this machine", "see /build/checkout/x", "names a folder of one machine, /build/checkout/"],
  ])("finds %s", (_row, line, problem) => {
    const files = new Map([["docs/a.md", `first\n${line}`]]);
    expect(checkTexts(files, ["/build/checkout/"])).toEqual([`docs/a.md:2: ${problem}`]);
  });

  it.each([["a registry of policies: ghcr.io/kubewarden/policies/x:v1"], ["https://example.com/home/of/x"]])(
    "leaves %s alone",
    (text) => {
      expect(checkTexts(new Map([["docs/a.md", text]]), ["/build/checkout/"])).toEqual([]);
    },
  );
});
