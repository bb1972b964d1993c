import { hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { errorText, osErrorText } from "@kubewarden-ts/base";
import { defaultSources, parseSources, type Sources } from "@kubewarden-ts/oci";
import { type Policies, parsePolicies } from "@kubewarden-ts/policy-evaluation";
import type { VerificationConfig } from "@kubewarden-ts/sigstore";
import { ServerError } from "./errors.ts";

/**
 * Reads the policies file.
 * @throws {ServerError} when it cannot be read
 * @throws {PoliciesFileError} naming file, policy, field, what was expected and what was received
 */
export async function readPolicies(path: string): Promise<PoliciesFile> {
  const text = await readText(path, `error while loading policies from ${JSON.stringify(path)}`);
  return { policies: parsePolicies(text, path), digest: `sha256:${hash("sha256", text)}` };
}

/** A policies file, and by what it is known from others: who wrote it can tell whether it has been read. */
export interface PoliciesFile {
  readonly policies: Policies;
  /** `sha256:` and hex digits */
  readonly digest: string;
}

/**
 * Reads `sources.yml`; without one, no host is special.
 * @throws {ServerError} with the text `error while loading sources from <path>: <cause>`
 */
export async function readSources(path: string | undefined): Promise<Sources> {
  if (path === undefined) return defaultSources;
  const context = `error while loading sources from ${path}`;
  const text = await readText(path, context);
  try {
    return await parseSources(text);
  } catch (cause) {
    throw invalid(`${context}: ${errorText(cause)}`);
  }
}

/**
 * Reads `verification.yml` (policy-server 2.4).
 * @returns nothing when no file is named
 * @throws {ServerError} with upstream's texts, and the path
 */
export async function readVerification(path: string | undefined): Promise<VerificationConfig | undefined> {
  if (path === undefined) return undefined;
  // Who verifies nothing does not load what it takes.
  const { parseVerificationConfig } = await import("@kubewarden-ts/sigstore");
  try {
    return parseVerificationConfig(await readText(path, "failed to read verification file"));
  } catch (cause) {
    throw invalid(`${errorText(cause)} (${path})`);
  }
}

/**
 * Reads the file of `--sigstore-trust-config`; what it says is not looked at.
 * @throws {ServerError} `could not read Sigstore trust config file <path>: <cause>`
 */
export function readTrustConfig(path: string): Promise<string> {
  return readText(path, `could not read Sigstore trust config file ${path}`);
}

async function readText(path: string, context: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw invalid(`${context}: ${osErrorText(cause)}`);
  }
}

function invalid(message: string): ServerError {
  return new ServerError(message, { code: "SERVER_CONFIG_INVALID" });
}
