import { osErrorText } from "@kubewarden-ts/base";
import type { FileSystem, KwctlDeps } from "../define-command.ts";
import { findFiles } from "./find-files.ts";
import { type InputProblem, type ManifestObject, readManifestObjects } from "./manifest-object.ts";

export interface ManifestSources {
  /** Files, folders, `-` for standard input. */
  readonly paths: readonly string[];
  readonly skipUntyped: boolean;
}

export interface Manifests {
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly InputProblem[];
  /** Documents that are no Kubernetes objects and were left out. */
  readonly skipped: number;
}

/** Of a file; what Kubernetes takes is smaller, and a parsed document takes many times the memory of its text. */
const maxFileBytes = 16 * 1024 * 1024;

const manifestName = /\.(?:ya?ml|json)$/i;

/** Reads the objects of all files; what cannot be read is a problem, and the rest is read all the same. */
export async function readManifests(
  { paths, skipUntyped }: ManifestSources,
  { files, readStdin }: Pick<KwctlDeps, "files" | "readStdin">,
): Promise<Manifests> {
  const objects: ManifestObject[] = [];
  const problems: InputProblem[] = [];
  let skipped = 0;
  const problem = (file: string, message: string): void => {
    problems.push({ place: { file, line: 1, column: 1 }, message });
  };
  for (const path of paths) {
    const found = path === "-" ? [{ kind: "file" as const, path }] : await findManifests(path, files);
    if (found.length === 0) problem(path, "the folder holds no YAML or JSON file");
    for (const file of found) {
      if (file.kind === "problem") {
        problem(file.path, file.message);
        continue;
      }
      try {
        const text = await readText(file.path, { files, readStdin });
        const read = readManifestObjects(text, { file: file.path, skipUntyped });
        objects.push(...read.objects);
        problems.push(...read.problems);
        skipped += read.skipped;
      } catch (error) {
        problem(file.path, osErrorText(error));
      }
    }
  }
  // A scan of nothing would be clean.
  if (objects.length === 0 && problems.length === 0) problem(paths[0] ?? "-", "no Kubernetes object to scan");
  return { objects, problems, skipped };
}

function findManifests(path: string, files: FileSystem) {
  return findFiles([path], (name) => manifestName.test(name), files);
}

async function readText(
  path: string,
  { files, readStdin }: Pick<KwctlDeps, "files" | "readStdin">,
): Promise<string> {
  const bytes = path === "-" ? await readStdin() : await readAtMost(path, files);
  if (bytes.length > maxFileBytes) throw tooLarge();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("stream did not contain valid UTF-8");
  }
}

/** Reads no more of a file than is taken: it may be without end. */
async function readAtMost(path: string, { readChunks }: FileSystem): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of readChunks(path)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxFileBytes) throw tooLarge();
  }
  return Buffer.concat(chunks);
}

function tooLarge(): Error {
  return new Error(`larger than ${maxFileBytes / (1024 * 1024)} MiB`);
}
