import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fileStamps, type WatchOptions, watchFiles } from "./watch-files.ts";

/** A folder as Kubernetes mounts a Secret: `name` → `..data/name`, `..data` → a folder that is replaced. */
async function secretMount(names: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "watch-files-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  let previous = "";
  let current = "";
  let generation = 0;
  const swap = async (content: string): Promise<void> => {
    const old = previous;
    previous = current;
    current = `..generation-${++generation}`;
    await mkdir(join(folder, current));
    for (const name of names) await writeFile(join(folder, current, name), content);
    await symlink(current, join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    // late, so that the link alone says that something changed
    if (old !== "") await rm(join(folder, old), { recursive: true });
  };
  await swap("0");
  for (const name of names) await symlink(join("..data", name), join(folder, name));
  return { folder, swap, paths: names.map((name) => join(folder, name)) };
}

/** Watches, and collects the last parts of the paths that changed. */
async function watching(paths: readonly string[], options: WatchOptions) {
  const seen: string[][] = [];
  const onChange = async (changed: ReadonlySet<string>) =>
    void seen.push([...changed].map((path) => path.split("/").at(-1) ?? "").sort());
  const watched = watchFiles(await fileStamps(paths), onChange, options);
  return { seen, [Symbol.dispose]: () => watched[Symbol.dispose]() };
}

const never = 3_600_000;
const ways: [string, WatchOptions][] = [
  ["by listening", { pollMs: never, settleMs: 1 }],
  ["by looking from time to time", { pollMs: 20, listen: false }],
];

describe.each(ways)("watchFiles, %s", (_way, options) => {
  it("policy-server 34: sees every swap of a mounted folder", async () => {
    const mount = await secretMount(["tls.crt", "tls.key"]);
    using watch = await watching(mount.paths, options);
    const seenNames = () => [...new Set(watch.seen.flat())].sort();
    for (let round = 1; round <= 5; round++) {
      // once this is seen, nothing but the swap makes it look again
      await writeFile(join(mount.folder, "tls.key"), `in place ${round}`);
      await expect.poll(seenNames, { interval: 10 }).toEqual(["tls.key"]);
      watch.seen.length = 0;
      await mount.swap(String(round));
      await expect.poll(seenNames, { interval: 10 }).toEqual(["tls.crt", "tls.key"]);
      watch.seen.length = 0;
    }
  });

  it("policy-server 34: sees what is written in place, also behind links", async () => {
    const mount = await secretMount(["tls.crt", "tls.key"]);
    using watch = await watching(mount.paths, options);
    for (const round of [1, 2, 3]) {
      await writeFile(join(mount.folder, "tls.key"), `in place ${round}`);
      await expect.poll(() => watch.seen.flat().length, { interval: 5 }).toBeGreaterThanOrEqual(round);
    }
    expect(new Set(watch.seen.flat())).toEqual(new Set(["tls.key"]));
  });
});

describe("watchFiles", () => {
  it("sees a file that was away for a while", async () => {
    const mount = await secretMount(["tls.crt"]);
    using watch = await watching(mount.paths, { pollMs: 20 });
    await rm(mount.folder, { recursive: true });
    await mkdir(mount.folder);
    await writeFile(join(mount.folder, "tls.crt"), "back");
    await expect.poll(() => watch.seen).toEqual([["tls.crt"]]);
  });

  it("sees what changed before it began", async () => {
    const mount = await secretMount(["tls.crt"]);
    const stamps = await fileStamps(mount.paths);
    await mount.swap("1");
    const changed = await new Promise<ReadonlySet<string>>((resolve) => {
      const watched = watchFiles(stamps, async (paths) => resolve(paths), { pollMs: never });
      onTestFinished(() => watched[Symbol.dispose]());
    });
    expect([...changed]).toEqual(mount.paths);
  });

  it("is not put off by a folder in which something happens all the time", async () => {
    const mount = await secretMount(["tls.crt"]);
    using watch = await watching(mount.paths, { pollMs: never, settleMs: 30 });
    const noise = setInterval(() => void writeFile(join(mount.folder, "noise"), ""), 5);
    await mount.swap("1");
    await expect.poll(() => watch.seen).toEqual([["tls.crt"]]);
    clearInterval(noise);
  });
});
