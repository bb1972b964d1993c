import { readFile } from "node:fs/promises";
import { errorText, osErrorText } from "@kubewarden-ts/base";
import { defaultSources, parseSources, type Sources } from "@kubewarden-ts/oci";
import { type Policies, parsePolicies } from "@kubewarden-ts/policy-evaluation";
import { ServerError } from "./errors.ts";

/**
 * Reads the policies file.
 * @throws {ServerError} when it cannot be read
 * @throws {PoliciesFileError} naming file, policy, field, what was expected and what was received
 */
export async function readPolicies(path: string): Promise<Policies> {
  const text = await readText(path, `error while loading policies from ${JSON.stringify(path)}`);
  return parsePolicies(text, path);
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
