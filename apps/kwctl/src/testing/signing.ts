import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { memoryFiles } from "./memory-files.ts";
import { runKwctl } from "./run-kwctl.ts";

/** Where the image of {@link signing} is. */
export const repository = "acme/p";

/** What `kwctl sign` is run in: a registry with an image, and a key. */
export async function signing(options: { referrers?: boolean } = {}) {
  const registry = await startFakeRegistry(options);
  const digest = registry.putImage(repository, { tag: "v1" });
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = (key: KeyObject) => key.export({ format: "pem", type: "spki" });
  const files = memoryFiles({
    "/k.pem": privateKey.export({ format: "pem", type: "pkcs8" }),
    "/k.pub": pem(publicKey),
    "/other.pub": pem(generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey),
    "/s.yml": JSON.stringify({ insecure_sources: [registry.host] }),
    "/p.wasm": Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  });
  const uri = `registry://${registry.host}/${repository}:v1`;
  const sign = (...args: string[]) => runKwctl(["sign", uri, "--sources-path=/s.yml", ...args], { files });
  const verify = (...args: string[]) =>
    runKwctl(["verify", uri, "--sources-path=/s.yml", ...args], { files });
  return {
    ...{ registry, digest, publicKey, files, sign, verify },
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}
