import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSource } from "./source-changes.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const installed = dirname(dirname(createRequire(import.meta.url).resolve("vitest/package.json")));

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "policy-sdk-dev-")));
  await mkdir(join(folder, "src"));
  await writeFile(join(folder, "package.json"), '{ "name": "a-policy", "type": "module" }');
  await symlink(installed, join(folder, "node_modules"));
  await writeFile(join(folder, "src", "policy.test.ts"), testOf("first"));
  await writeFile(join(folder, "src", "policy.ts"), policyOf("first"));
});
afterAll(() => rm(folder, { recursive: true }));

function policyOf(message: string): string {
  return `import { definePolicy, reject } from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
export const policy = definePolicy({ settings: v.object({}), validate: () => reject("${message}") });`;
}

function testOf(message: string): string {
  return `import { load } from "@kubewarden-ts/policy-sdk/testing";
import { expect, it } from "vitest";
it("rejects", async () => {
  const outcome = await (await load("policy.wasm")).run({ object: {} });
  expect(outcome).toEqual({ accepted: false, message: "${message}" });
});`;
}

/** At once, so that no half of a change is seen. */
async function replaceFile(name: string, content: string): Promise<void> {
  const partial = join(folder, "src", `.${name}`);
  await writeFile(partial, content);
  await rename(partial, join(folder, "src", name));
}

/** Runs a command in a project; `waitFor` resolves with what was printed until a text stood in it. */
function start(cwd: string, ...args: string[]) {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], { cwd });
  let printed = "";
  let notice = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      notice();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    ended,
    printed: () => printed,
    kill: () => child.kill(),
    async waitFor(text: string) {
      while (!printed.includes(text)) await new Promise<void>((resolve) => (notice = resolve));
      const until = printed;
      printed = "";
      return until;
    },
  };
}

describe("policy-sdk test", () => {
  it("builds, runs the project's tests on the built file, and exits as they end", {
    timeout: 60_000,
  }, async () => {
    const passing = start(folder, "test");
    expect([await passing.ended, passing.printed()]).toEqual([
      0,
      expect.stringMatching(/policy\.wasm: \d+ bytes/),
    ]);
    expect(passing.printed()).toMatch(/1 passed/);
    await writeFile(join(folder, "src", "policy.ts"), policyOf("other"));
    const failing = start(folder, "test", "policy.test");
    expect([await failing.ended, failing.printed()]).toEqual([1, expect.stringMatching(/1 failed/)]);
    await writeFile(join(folder, "src", "policy.ts"), policyOf("first"));
  });

  it("does not run tests of a policy that does not compile", { timeout: 60_000 }, async () => {
    await writeFile(join(folder, "src", "broken.ts"), "const = 1;");
    const run = start(folder, "test", "--entry", "src/broken.ts");
    expect([await run.ended, run.printed()]).toEqual([
      1,
      expect.stringMatching(/^broken\.ts:1:7: [^\n]*\n$/),
    ]);
  });
});

it("policy-sdk test says what to install where there is no vitest", { timeout: 60_000 }, async () => {
  const bare = await realpath(await mkdtemp(join(tmpdir(), "policy-sdk-bare-")));
  await writeFile(join(bare, "policy.ts"), "export const policy = {};");
  const run = start(bare, "test", "--entry", "policy.ts");
  expect([await run.ended, run.printed()]).toEqual([
    1,
    expect.stringContaining(`vitest is not installed in ${bare}: run`),
  ]);
  await rm(bare, { recursive: true });
});

it("policy-sdk dev builds and tests again after each change", { timeout: 120_000 }, async () => {
  const dev = start(folder, "dev");
  expect(await dev.waitFor("waiting for changes")).toMatch(/1 passed[\s\S]*\nok: /);
  await replaceFile("policy.ts", policyOf("second"));
  expect(await dev.waitFor("waiting for changes")).toMatch(
    /policy\.wasm: \d+ bytes[\s\S]*1 failed[\s\S]*\nfailed: /,
  );
  await replaceFile("policy.ts", "const = 1;");
  expect(await dev.waitFor("waiting for changes")).toMatch(/policy\.ts:1:7: [\s\S]*\nfailed: /);
  await replaceFile("policy.test.ts", testOf("second"));
  await replaceFile("policy.ts", policyOf("second"));
  expect(await dev.waitFor("ok: waiting for changes")).toMatch(/1 passed/);
  dev.kill();
  await dev.ended;
});

it.each([
  ["src/policy.ts", true],
  ["metadata.yml", true],
  ["README.md", true],
  ["policy.wasm", false],
  ["node_modules/a/b.ts", false],
  [".git/config.json", false],
  ["dist/policy.js", false],
])("a change of %s counts: %s", (path, expected) => {
  expect(isSource(path)).toBe(expected);
});
