import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { PolicySdkError } from "../errors.ts";
import type { Abi } from "./abi.ts";
import { engineChecksums } from "./engine-checksums.ts";

/** Where the engine modules lie: made once per version of the SDK, shipped in its package. */
export const engineFolder = new URL("../../dist/", import.meta.url);

/** The file of one engine module. */
export function engineUrl(abi: Abi, folder: URL = engineFolder): URL {
  return new URL(`engine-${abi}.wasm`, folder);
}

/** SHA-256 in lower-case hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * The engine module a policy is built on: JavaScript engine, bridge and ABI in one.
 * @throws {PolicySdkError} `SDK_ENGINE_MISSING`, `SDK_ENGINE_CHECKSUM`
 */
export async function readEngine(abi: Abi, folder?: URL): Promise<Uint8Array<ArrayBuffer>> {
  const url = engineUrl(abi, folder);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await readFile(url));
  } catch (cause) {
    const remedy = "run `node packages/policy-sdk/src/build/build-engine.ts`";
    throw new PolicySdkError(`${url.pathname} is missing: ${remedy}`, { code: "SDK_ENGINE_MISSING", cause });
  }
  const found = sha256(bytes);
  const expected = engineChecksums[abi];
  if (found === expected) return bytes;
  throw new PolicySdkError(
    `${url.pathname} is not the engine of this SDK: its SHA-256 is ${found}, expected ${expected}; delete the file and install the SDK again`,
    { code: "SDK_ENGINE_CHECKSUM" },
  );
}
