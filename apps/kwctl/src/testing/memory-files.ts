import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { FileSystem } from "../define-command.ts";

/**
 * A file system in memory: absolute paths to contents.
 * @param options.danglingLinks - paths of symbolic links that lead nowhere
 */
export function memoryFiles(
  contents: Readonly<Record<string, string | Uint8Array>> = {},
  { danglingLinks = [] }: { readonly danglingLinks?: readonly string[] } = {},
): FileSystem & {
  readonly written: Map<string, Uint8Array>;
} {
  const files = new Map(Object.entries(contents));
  const written = new Map<string, Uint8Array>();
  const find = (path: string): Uint8Array => {
    const content = written.get(path) ?? files.get(path);
    if (content === undefined) {
      const message = `ENOENT: no such file or directory, open '${path}'`;
      throw Object.assign(new Error(message), { code: "ENOENT", errno: -2 });
    }
    return typeof content === "string" ? new TextEncoder().encode(content) : content;
  };
  const namesIn = (folder: string): string[] => {
    const start = `${folder.replace(/\/$/, "")}/`;
    const inside = [...files.keys(), ...written.keys()].filter((path) => path.startsWith(start));
    return [...new Set(inside.map((path) => path.slice(start.length).split("/", 1)[0] ?? ""))];
  };
  return {
    written,
    readFile: async (path) => find(path),
    writeFile: async (path, content) => void written.set(path, await bytesOf(content)),
    makeFolder: async () => {},
    readChunks: (path) => Readable.from([find(path)]),
    stat: async (path) => {
      const isFolder = namesIn(path).length > 0;
      if (!isFolder) find(path);
      return { isFile: () => !isFolder, isDirectory: () => isFolder };
    },
    lstat: async (path) => {
      if (namesIn(path).length === 0 && !danglingLinks.includes(path)) find(path);
    },
    readdir: async (path) => namesIn(path),
    realpath: async (path) => {
      if (namesIn(path).length === 0) find(path);
      return path.startsWith("/") ? path : `/home/test/${path}`;
    },
  };
}

async function bytesOf(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return content instanceof Uint8Array ? content : await buffer(content);
}
