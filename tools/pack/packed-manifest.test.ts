import { expect, it } from "vitest";
import { packedManifest } from "./packed-manifest.ts";

it("packedManifest leads to JavaScript and declarations, and leaves out what belongs to the repository", () => {
  const source = {
    ...{ name: "@x/a", version: "1.2.3", description: "A", license: "Apache-2.0", sideEffects: false },
    exports: { ".": "./src/index.ts", "./b": "./src/b/index.ts" },
    bin: { a: "./src/main.ts" },
    dependencies: { "@x/b": "1.2.3" },
    peerDependencies: { vitest: "5.1.1" },
  };
  const more = { typings: { "./globals": "types/globals.d.ts" }, dependencies: { yaml: "2.9.1" } };
  expect(packedManifest(source, "packages/a", more)).toEqual({
    ...{ name: "@x/a", version: "1.2.3", description: "A", license: "Apache-2.0", type: "module" },
    engines: { node: ">=26.0.0" },
    exports: {
      ".": { types: "./lib/packages/a/src/index.d.ts", default: "./lib/packages/a/src/index.js" },
      "./b": { types: "./lib/packages/a/src/b/index.d.ts", default: "./lib/packages/a/src/b/index.js" },
      "./globals": { types: "./lib/packages/a/types/globals.d.ts" },
    },
    bin: { a: "./lib/packages/a/src/main.js" },
    dependencies: { yaml: "2.9.1" },
    peerDependencies: { vitest: "5.1.1" },
  });
});
