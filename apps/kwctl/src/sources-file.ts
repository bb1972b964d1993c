import { join } from "node:path";
import { errorText, type Logger, osErrorText } from "@kubewarden-ts/base";
import { defaultSources, parseSources, type Sources, withEnvironmentProxies } from "@kubewarden-ts/oci";
import type { FileSystem } from "./define-command.ts";
import type { Directories } from "./directories.ts";
import { invalidInput } from "./errors.ts";
import { existing } from "./existing-file.ts";
import { readUserText } from "./user-file.ts";

/**
 * How hosts are reached: the file the user names, else the default one if it is there, and proxies of the environment.
 * @throws {KwctlError} naming the file
 */
export async function readSources(
  path: string | undefined,
  deps: {
    readonly files: FileSystem;
    readonly directories: Directories;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly log: Logger;
    /** What the message about a file that cannot be used starts with. */
    readonly sourcesErrorPrefix?: string;
  },
): Promise<Sources> {
  const { files, directories, env, sourcesErrorPrefix = "" } = deps;
  const file = path ?? (await existing(join(directories.config, "sources.yaml"), files));
  const sources = file === undefined ? defaultSources : await readFile(file, files, sourcesErrorPrefix);
  return withEnvironmentProxies(sources, env);
}

async function readFile(path: string, files: FileSystem, prefix: string): Promise<Sources> {
  const text = await readUserText(files, path, `${prefix}Cannot read sources file ${path}`);
  try {
    return await parseSources(text);
  } catch (error) {
    throw invalidInput(`${prefix}Cannot parse sources file ${path}: ${errorText(error)}`);
  }
}

/** Warns when the folder of registry credentials holds none: what needs them will fail later and elsewhere. */
export async function checkDockerConfig(
  folder: string | undefined,
  deps: {
    readonly files: FileSystem;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly log: Logger;
  },
): Promise<void> {
  const { files, env, log } = deps;
  const configured = folder ?? env["DOCKER_CONFIG"];
  if (configured === undefined) return;
  const path = join(configured, "config.json");
  const problem = await files.stat(path).then(() => "", osErrorText);
  if (problem.startsWith("No such file")) log.warn("Docker config file not found", { path });
}
