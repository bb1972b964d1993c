import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { componentsOfModules, type Installed, purlOf, readInstalled } from "./component.ts";

const root = mkdtempSync(join(tmpdir(), "kubewarden-ts-component-"));
afterAll(() => rmSync(root, { recursive: true }));

const manifests: Readonly<Record<string, object>> = {
  "packages/own": { name: "@x/own", version: "0.1.0", license: "Apache-2.0" },
  "node_modules/a": { name: "a", version: "1.0.0", license: "(MIT OR CC0-1.0)" },
  "node_modules/@s/b": { name: "@s/b", version: "2.0.0", license: "SEE LICENSE IN LICENSE" },
  "node_modules/a/node_modules/@s/b": { name: "@s/b", version: "1.0.0+x", license: { type: "MIT" } },
  "node_modules/other": { name: "other", version: "2.0.0" },
};

let installed: Installed;
beforeAll(async () => {
  for (const [folder, manifest] of Object.entries(manifests)) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, "package.json"), JSON.stringify(manifest));
  }
  const packages = {
    "packages/own": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0", integrity: "sha1-AAAA sha512-AQID" },
    "node_modules/@s/b": { version: "2.0.0" },
    "node_modules/a/node_modules/@s/b": { version: "1.0.0+x" },
    "node_modules/other": { version: "1.0.0" },
  };
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages }));
  installed = await readInstalled(root);
});

const componentsOf = (...modules: string[]) =>
  componentsOfModules(
    modules.map((module) => join(root, module)),
    installed,
  );

describe("componentsOfModules", () => {
  it("names each package once, with its licence and the digest of the lock file", async () => {
    const modules = ["packages/own/src/x.ts", "node_modules/a/lib/x.js", "node_modules/a/y.js"];
    expect(await componentsOf(...modules)).toEqual([
      {
        ...{ name: "@x/own", version: "0.1.0", purl: "pkg:npm/%40x/own@0.1.0", licence: "Apache-2.0" },
        sha512: undefined,
      },
      {
        ...{ name: "a", version: "1.0.0", purl: "pkg:npm/a@1.0.0", licence: "(MIT OR CC0-1.0)" },
        sha512: "010203",
      },
    ]);
  });

  it("tells two versions of one package apart, and takes no text for a licence that is none", async () => {
    const modules = ["node_modules/@s/b/x.js", "node_modules/a/node_modules/@s/b/x.js"];
    expect(await componentsOf(...modules)).toMatchObject([
      { purl: "pkg:npm/%40s/b@1.0.0%2Bx", licence: undefined },
      { purl: "pkg:npm/%40s/b@2.0.0", licence: undefined },
    ]);
  });

  it.each([
    ["a file beside all packages", "tools/x.ts", 'the module "tools/x.ts" is of no package'],
    ["a file outside of the checkout", "../x.ts", 'the module "../x.ts" is of no package'],
    ["another version than the lock file's", "node_modules/other/x.js", "package-lock.json says 1.0.0"],
  ])("refuses %s", async (_, module, message) => {
    await expect(componentsOf(module)).rejects.toThrow(message);
  });

  it("refuses what a bundler made up and nobody knows", async () => {
    const modules = ["\0unknown/runtime.js"];
    await expect(componentsOfModules(modules, installed)).rejects.toThrow("is of no package");
  });
});

it.each([
  ["yaml", "2.9.1", "pkg:npm/yaml@2.9.1"],
  ["@kubernetes/client-node", "2.0.1", "pkg:npm/%40kubernetes/client-node@2.0.1"],
  ["a", "1.0.0+b", "pkg:npm/a@1.0.0%2Bb"],
])("purlOf %s %s", (name, version, purl) => {
  expect(purlOf(name, version)).toBe(purl);
});
