import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setCustomSection } from "@kubewarden-ts/wasm";

/** A temporary folder with modules and the `policies.yml` that names them. */
export interface PoliciesFolder extends AsyncDisposable {
  readonly path: string;
  readonly policiesFile: string;
  readonly policyIds: readonly string[];
}

export interface FolderPolicy {
  readonly id: string;
  readonly wasm: Uint8Array;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** How the policies name their modules: as files, or as images that lie in the store, which is the folder. */
export type ModuleKind = "file" | "stored image";

export async function writePoliciesFolder(
  policies: readonly FolderPolicy[],
  kind: ModuleKind = "file",
): Promise<PoliciesFolder> {
  const path = await mkdtemp(join(tmpdir(), "kubewarden-ts-bench-"));
  // A bench that is stopped disposes of nothing.
  const removeAtExit = (): void => rmSync(path, { recursive: true, force: true });
  process.once("exit", removeAtExit);
  const lines = await Promise.all(
    policies.map(async ({ id, wasm, settings = {} }) => {
      const image = `registry.invalid/bench/${id}:v1`;
      const file = join(path, kind === "file" ? `${id}.wasm` : `registry/${image}`);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, wasm);
      return `${id}:\n  module: ${kind === "file" ? `file://${file}` : image}\n  settings: ${JSON.stringify(settings)}\n`;
    }),
  );
  const policiesFile = join(path, "policies.yml");
  await writeFile(policiesFile, lines.join(""));
  return {
    path,
    policiesFile,
    policyIds: policies.map(({ id }) => id),
    async [Symbol.asyncDispose]() {
      process.off("exit", removeAtExit);
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** The same policy several times, as modules of different content: nothing of their work can be shared. */
export function copiesOf({ name, wasm }: { name: string; wasm: Uint8Array }, count: number): FolderPolicy[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${name}-${index}`,
    wasm: setCustomSection(wasm, "bench", new TextEncoder().encode(String(index))),
  }));
}
