import { describe, expect, it } from "vitest";
import { checkDependencies } from "./check-dependencies.ts";

function workspace(folder: string, dependencies: Record<string, string>) {
  return { folder, name: folder, dependencies, exports: {} };
}

describe("checkDependencies", () => {
  it.each([
    ["accepts the same exact version", { yaml: "2.9.1" }, []],
    [
      "names both manifests of a difference",
      { yaml: "2.8.0" },
      ["packages/b/package.json: yaml is 2.8.0, but 2.9.1 in packages/a/package.json"],
    ],
    [
      "refuses a range",
      { semver: "^7.0.0" },
      ['packages/b/package.json: semver is "^7.0.0", not one exact version'],
    ],
  ])("%s", (_row, dependencies, problems) => {
    const workspaces = [workspace("packages/a", { yaml: "2.9.1" }), workspace("packages/b", dependencies)];
    expect(checkDependencies(workspaces)).toEqual(problems);
  });
});
