import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type BundleQuestion, parseTrustedRoot, verifyBundle } from "@kubewarden-ts/sigstore";
import { publicGoodTrustedRoot } from "@kubewarden-ts/sigstore/testing";
import { type ClientArguments, parseArguments } from "./arguments.ts";

/**
 * Answers the question that the arguments ask; returns only when the bundle holds.
 * @throws {UsageError | SigstoreError} why not; and what reading a file throws
 */
export async function verifyByArguments(args: readonly string[]): Promise<void> {
  const { bundle, signer, trustedRoot, artifact } = parseArguments(args);
  const root = trustedRoot === undefined ? publicGoodTrustedRoot() : readFile(trustedRoot, "utf8");
  verifyBundle({
    bundle: await readFile(bundle),
    artifact: await artifactOf(artifact),
    signer: await signerOf(signer),
    trust: parseTrustedRoot(await root),
  });
}

async function artifactOf(text: string): Promise<BundleQuestion["artifact"]> {
  if (/^sha256:[0-9a-f]{64}$/.test(text) && !existsSync(text)) return { digest: text };
  return { bytes: await readFile(text) };
}

async function signerOf(signer: ClientArguments["signer"]): Promise<BundleQuestion["signer"]> {
  return "keyFile" in signer ? { key: await readFile(signer.keyFile, "utf8") } : signer;
}
