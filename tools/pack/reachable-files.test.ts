import { describe, expect, it } from "vitest";
import { reachableFiles } from "./reachable-files.ts";

const workspaces = [
  { folder: "packages/a", name: "@x/a", dependencies: {}, exports: { ".": "./src/index.ts" } },
  {
    folder: "packages/b",
    name: "@x/b",
    dependencies: {},
    exports: { ".": "./src/index.ts", "./c": "./src/c.ts" },
  },
];
const emitted: Readonly<Record<string, string>> = {
  "packages/a/src/index.js": 'import { c } from "@x/b/c";\nimport "./d.js";\nexport { c };\n',
  "packages/a/src/index.d.ts": 'import type { B } from "@x/b";\nexport declare const c: B;\n',
  "packages/a/src/d.js":
    'import * as v from "valibot/deep";\nimport { x } from "@scope/npm/y";\nimport "node:fs";\n',
  "packages/b/src/index.d.ts": 'export type { B } from "./c.ts";\n',
  "packages/b/src/c.js": 'export const c = () => import("@x/b");\n',
  "packages/b/src/c.d.ts": "export type B = 1;\n",
  "packages/b/src/index.js": "export {};\n",
};

async function read(path: string): Promise<string> {
  const text = emitted[path];
  if (text === undefined) throw new Error(`nothing was emitted for ${path}`);
  return text;
}

describe("reachableFiles", () => {
  it("follows JavaScript and declarations, and makes imports of workspaces relative", async () => {
    const { files, npm } = await reachableFiles(["packages/a/src/index.ts"], workspaces, read);
    expect(Object.fromEntries(files)).toEqual({
      ...emitted,
      "packages/a/src/index.js": 'import { c } from "../../b/src/c.js";\nimport "./d.js";\nexport { c };\n',
      "packages/a/src/index.d.ts":
        'import type { B } from "../../b/src/index.js";\nexport declare const c: B;\n',
      "packages/b/src/index.d.ts": 'export type { B } from "./c.js";\n',
      "packages/b/src/c.js": 'export const c = () => import("./index.js");\n',
    });
    expect([...npm].sort()).toEqual(["@scope/npm", "valibot"]);
  });

  it("names an import that its package does not offer", async () => {
    const reaching = reachableFiles(["e.ts"], workspaces, async () => 'import "@x/b/hidden";');
    await expect(reaching).rejects.toThrow("@x/b/hidden is no entry of its package");
  });
});
