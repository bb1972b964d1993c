import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileStamps } from "@kubewarden-ts/base/node";
import { expect, it, onTestFinished } from "vitest";
import { watchPolicies } from "./watch-policies.ts";

const never = 3_600_000;

async function watching(refreshMs: number) {
  const folder = await mkdtemp(join(tmpdir(), "watch-policies-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "policies.yml");
  await writeFile(path, "{}");
  const seen = { reloads: 0 };
  const reload = async () => void seen.reloads++;
  const stamps = await fileStamps([path]);
  const watched = watchPolicies({ stamps, reload, refreshMs, watching: { settleMs: 1, pollMs: never } });
  return { path, seen, [Symbol.dispose]: () => watched[Symbol.dispose]() };
}

it("a file that changes is read again", async () => {
  using watch = await watching(never);
  await writeFile(watch.path, "p: {}");
  await expect.poll(() => watch.seen.reloads).toBeGreaterThan(0);
});

it("a file that does not change is read again now and then, until it is not watched any more", async () => {
  const watch = await watching(5);
  await expect.poll(() => watch.seen.reloads).toBeGreaterThan(1);
  watch[Symbol.dispose]();
  const { reloads } = watch.seen;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(watch.seen.reloads).toBe(reloads);
});
