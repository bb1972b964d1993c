import { describe, expect, it } from "vitest";
import { checkLayers } from "./check-layers.ts";
import { workspacesOf } from "./source-tree.ts";

/** A made-up checkout: manifests of `wasm` (row 2), `policy-runtime` (row 4) and so on, and the files of a row. */
function tree(files: Record<string, string>) {
  const all = new Map([...manifests, ...Object.entries(files)]);
  return { files: all, workspaces: workspacesOf(all) };
}

function manifest(
  name: string,
  dependencies: string[],
  entries: Record<string, string> = { ".": "./src/index.ts" },
) {
  const ranges = Object.fromEntries(dependencies.map((dependency) => [dependency, "1.0.0"]));
  return JSON.stringify({ name, dependencies: ranges, exports: entries });
}

const manifests: [string, string][] = [
  ["package.json", manifest("kubewarden-ts", ["vitest"], {})],
  ["packages/base/package.json", manifest("@kubewarden-ts/base", [])],
  ["packages/protocol/package.json", manifest("@kubewarden-ts/protocol", ["valibot", "@kubewarden-ts/base"])],
  ["packages/wasm/package.json", manifest("@kubewarden-ts/wasm", ["@kubewarden-ts/policy-runtime"])],
  [
    "packages/policy-runtime/package.json",
    manifest("@kubewarden-ts/policy-runtime", ["@kubewarden-ts/base", "@kubewarden-ts/wasm"], {
      "./core": "./src/core/index.ts",
    }),
  ],
  [
    "packages/policy-sdk/package.json",
    manifest("@kubewarden-ts/policy-sdk", ["@kubewarden-ts/protocol", "@kubewarden-ts/base", "esbuild"], {
      ".": "./src/guest/index.ts",
      "./re2": "./src/guest/re2.ts",
      "./testing": "./src/testing/index.ts",
    }),
  ],
  ["apps/kwctl/package.json", manifest("@kubewarden-ts/kwctl", ["@kubewarden-ts/policy-server"])],
  ["apps/policy-server/package.json", manifest("@kubewarden-ts/policy-server", ["@kubewarden-ts/wasm"])],
  [
    "policies/package.json",
    manifest("@kubewarden-ts/policies", ["@kubewarden-ts/policy-sdk", "valibot", "re2js"]),
  ],
];

describe("style 1: an import that the layers forbid is named with both ends", () => {
  it.each([
    [
      "a lower row",
      "packages/wasm/src/x.ts",
      'import { run } from "@kubewarden-ts/policy-runtime";',
      "packages/wasm/src/x.ts imports @kubewarden-ts/policy-runtime: row 2 may not import row 4",
    ],
    [
      "a type of a lower row",
      "packages/wasm/src/x.ts",
      'export type T = import("@kubewarden-ts/policy-runtime").T;',
      "packages/wasm/src/x.ts imports @kubewarden-ts/policy-runtime: row 2 may not import row 4",
    ],
    [
      "a sideways import",
      "packages/protocol/src/x.ts",
      'export { errorText } from "@kubewarden-ts/base";',
      "packages/protocol/src/x.ts imports @kubewarden-ts/base: row 1 may not import row 1",
    ],
    [
      "an undeclared workspace",
      "apps/policy-server/src/x.ts",
      'import { errorText } from "@kubewarden-ts/base";',
      "apps/policy-server/src/x.ts imports @kubewarden-ts/base: not declared in apps/policy-server/package.json",
    ],
    [
      "an undeclared npm package",
      "packages/wasm/src/x.ts",
      'const { parse } = await import("yaml/sub");',
      "packages/wasm/src/x.ts imports yaml/sub: not declared in packages/wasm/package.json",
    ],
    [
      "a test tool outside of tests",
      "packages/wasm/src/x.ts",
      'import { it } from "vitest";',
      "packages/wasm/src/x.ts imports vitest: not declared in packages/wasm/package.json",
    ],
    [
      "another workspace by path",
      "packages/policy-runtime/src/node/x.ts",
      'import { readModule } from "../../../wasm/src/index.ts";',
      "packages/policy-runtime/src/node/x.ts imports ../../../wasm/src/index.ts: another workspace is imported by its name, @kubewarden-ts/wasm",
    ],
    [
      "a file of the repository outside of tests",
      "apps/kwctl/src/x.ts",
      'import { buildPolicies } from "../../../policies/build.ts";',
      "apps/kwctl/src/x.ts imports ../../../policies/build.ts: only tests may import files of the repository",
    ],
    [
      "an app importing an app",
      "apps/kwctl/src/x.ts",
      'import { serve } from "@kubewarden-ts/policy-server";',
      "apps/kwctl/src/x.ts imports @kubewarden-ts/policy-server: no app imports an app",
    ],
    [
      "Node.js in a browser core",
      "packages/policy-runtime/src/core/x.ts",
      'import { readFile } from "node:fs/promises";',
      "packages/policy-runtime/src/core/x.ts imports node:fs/promises: this folder also runs in a browser",
    ],
    [
      "the SDK's guest part importing more than protocol",
      "packages/policy-sdk/src/guest/x.ts",
      'import { errorText } from "@kubewarden-ts/base";',
      "packages/policy-sdk/src/guest/x.ts imports @kubewarden-ts/base: guest code may import only @kubewarden-ts/protocol of our packages",
    ],
    [
      "a policy importing Node.js",
      "policies/safe/policy.ts",
      'import { join } from "node:path";',
      "policies/safe/policy.ts imports node:path: a policy may not import Node.js",
    ],
    [
      "what policies share importing Node.js",
      "policies/criteria.ts",
      'import { join } from "node:path";',
      "policies/criteria.ts imports node:path: a policy may not import Node.js",
    ],
    [
      "a policy importing the SDK's test entry",
      "policies/safe/policy.ts",
      'import { run } from "@kubewarden-ts/policy-sdk/testing";',
      "policies/safe/policy.ts imports @kubewarden-ts/policy-sdk/testing: policy code may import only @kubewarden-ts/policy-sdk of our packages",
    ],
    [
      "a policy importing another library",
      "policies/safe/policy.ts",
      'import { RE2JS } from "re2js";',
      "policies/safe/policy.ts imports re2js: a policy may import only @kubewarden-ts/policy-sdk, valibot",
    ],
  ])("%s", (_row, path, text, problem) => {
    expect(checkLayers(tree({ [path]: text }))).toEqual([problem]);
  });

  it("follows files to a Node.js import", () => {
    const files = tree({
      "packages/policy-runtime/src/core/index.ts": 'import { log } from "@kubewarden-ts/base";',
      "packages/base/src/index.ts": 'export { log } from "./log.ts";',
      "packages/base/src/log.ts": 'import { inspect } from "node:util";',
    });
    expect(checkLayers(files)).toEqual([
      "packages/policy-runtime/src/core/index.ts imports @kubewarden-ts/base: this folder also runs in a browser, and packages/base/src/log.ts imports node:util",
    ]);
  });

  it("asks for the row of a new package", () => {
    const files = tree({ "packages/new/package.json": manifest("@kubewarden-ts/new", []) });
    expect(checkLayers(files)).toEqual(["packages/new: has no row in tools/layers.ts"]);
  });
});

describe("checkLayers accepts", () => {
  it.each([
    [
      "a row above",
      "packages/policy-runtime/src/node/x.ts",
      'import { readModule } from "@kubewarden-ts/wasm";',
    ],
    ["a test tool in a test", "packages/wasm/src/x.test.ts", 'import { it } from "vitest";'],
    ["a file beside it", "packages/wasm/src/x.ts", 'import { y } from "./y.ts";'],
    [
      "support for tests",
      "packages/wasm/src/x.test.ts",
      'import { requires } from "../../../tests/support/r.ts";',
    ],
    [
      "what builds the policies, in a test",
      "apps/kwctl/src/x.test.ts",
      'import "../../../policies/build.ts";',
    ],
    ["Node.js outside of browser folders", "packages/policy-runtime/src/node/x.ts", 'import "node:fs";'],
    ["Node.js in a test of a browser folder", "packages/wasm/src/x.test.ts", 'import "node:fs";'],
    [
      "a policy on the SDK",
      "policies/safe/policy.ts",
      'import * as v from "valibot"; import "@kubewarden-ts/policy-sdk";',
    ],
    [
      "a policy's test",
      "policies/safe/policy.test.ts",
      'import "@kubewarden-ts/policy-sdk/testing"; import "vitest";',
    ],
    [
      "a script that reads an app's commands",
      "tools/x.ts",
      'import "../apps/kwctl/src/cli.ts"; import "valibot";',
    ],
    [
      "what only tests use",
      "apps/kwctl/src/testing/x.ts",
      'import "vitest"; import "../../../../tests/support/r.ts";',
    ],
    [
      "where a policy differs",
      "policies/safe/differences.ts",
      'import type { Difference } from "../difference.ts";',
    ],
    ["text that looks like an import", "packages/wasm/src/x.ts", 'export const a = `\nimport "vitest";\n`;'],
  ])("%s", (_row, path, text) => {
    expect(checkLayers(tree({ [path]: text }))).toEqual([]);
  });
});
