import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("guest code and policies compile without the types of Node.js and browsers", () => {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin",
    "tsc",
  );
  const project = fileURLToPath(new URL("../../tsconfig.guest.json", import.meta.url));
  const { stdout } = spawnSync(process.execPath, [compiler, "--noEmit", "-p", project], { encoding: "utf8" });
  expect(stdout).toBe("");
});
