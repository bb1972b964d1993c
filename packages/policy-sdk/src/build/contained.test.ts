import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildPolicy } from "./policy-builder.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-sdk-contained-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("a built policy says of which files something is in it", async () => {
  const files = {
    "used.ts": `export const used = () => "used";`,
    "barrel.ts": `export { used } from "./used.ts";`,
    "unused.ts": `export const unused = () => "unused";`,
    "policy.ts": `
      import { accept, defineRawPolicy } from "@kubewarden-ts/policy-sdk";
      import { unused } from "./unused.ts";
      import { used } from "./barrel.ts";
      export const neverCalled = () => unused();
      export const policy = defineRawPolicy({ validate: () => accept({ warnings: [used()] }) });`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const { inputs, contained } = await buildPolicy({ entry: join(folder, "policy.ts"), abi: "wapc" });
  const own = (paths: readonly string[]) =>
    paths.filter((path) => path.startsWith(folder)).map((path) => basename(path));
  expect(own(inputs).sort()).toEqual(["barrel.ts", "policy.ts", "unused.ts", "used.ts"]);
  expect(own(contained).sort()).toEqual(["policy.ts", "used.ts"]);
});
