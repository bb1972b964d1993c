import type { FileSystem } from "../define-command.ts";

/** A file system in memory: absolute paths to contents. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>> = {}): FileSystem & {
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
  return {
    written,
    readFile: async (path) => find(path),
    writeFile: async (path, content) => void written.set(path, content),
    realpath: async (path) => {
      find(path);
      return path.startsWith("/") ? path : `/home/test/${path}`;
    },
  };
}
