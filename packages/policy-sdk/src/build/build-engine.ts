// Makes the engine modules in `dist/` unless they are there: `node packages/policy-sdk/src/build/build-engine.ts`.
// Part of setting up the repository and of a release of the SDK; takes about ten seconds. With `--force` it makes them in
// any case: after a change of what they are made of.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { type Abi, abis } from "./abi.ts";
import { engineFolder, engineUrl, readEngine, sha256 } from "./engine.ts";
import { engineChecksums } from "./engine-checksums.ts";

async function isCurrent(abi: Abi): Promise<boolean> {
  return readEngine(abi).then(
    () => true,
    () => false,
  );
}

async function make(abi: Abi): Promise<void> {
  const { assembleEngine } = await import("./engine/assemble-engine.ts");
  const bytes = await assembleEngine(abi);
  const checksum = sha256(bytes);
  // Renamed, so that two set-ups at once never leave half a file.
  const partial = new URL(`engine-${abi}.wasm.${crypto.randomUUID()}`, engineFolder);
  await writeFile(partial, bytes);
  await rename(partial, engineUrl(abi));
  process.stdout.write(`engine-${abi}.wasm: ${bytes.length} bytes, SHA-256 ${checksum}\n`);
  if (checksum === engineChecksums[abi]) return;
  process.stderr.write(
    `engine-checksums.ts says ${engineChecksums[abi]} for ${abi}: correct it if the change is meant\n`,
  );
  process.exitCode = 1;
}

await mkdir(engineFolder, { recursive: true });
const force = process.argv.includes("--force");
for (const abi of abis) if (force || !(await isCurrent(abi))) await make(abi);
