import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");
const original = "Privileged container is not allowed";

/** A copy of `policies/pod-privileged` that is edited: what it says to privileged containers changes. */
export interface EditedPolicy extends AsyncDisposable {
  readonly name: string;
  /** Holds a folder per policy, as `policies/` does. */
  readonly policiesFolder: string;
  /** For what is built. */
  readonly outFolder: string;
  readonly entry: string;
  readonly metadataPath: string;
  /** Saves an edit; returns the message of its rejections. */
  edit(revision: number): Promise<string>;
}

export async function copyPolicy(): Promise<EditedPolicy> {
  const name = "pod-privileged";
  // Below the root, so that the policy finds the SDK.
  const folder = join(root, `dist/bench/sdk-${process.pid}`);
  const policiesFolder = join(folder, "policies");
  const outFolder = join(folder, "out");
  await mkdir(outFolder, { recursive: true });
  await cp(join(root, "policies", name), join(policiesFolder, name), { recursive: true });
  const entry = join(policiesFolder, name, "policy.ts");
  const source = await readFile(entry, "utf8");
  if (!source.includes(original)) throw new Error(`${entry} does not say "${original}"`);
  return {
    name,
    policiesFolder,
    outFolder,
    entry,
    metadataPath: join(policiesFolder, name, "metadata.yml"),
    async edit(revision) {
      const message = `${original}, revision ${revision}`;
      await writeFile(entry, source.replace(original, message));
      return message;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
