import type { ReadFile } from "../access/kubeconfig.ts";

/** Files that exist in a test only; each may be changed. */
export function fakeFiles(files: Record<string, string>): {
  files: Record<string, string>;
  readFile: ReadFile;
} {
  return {
    files,
    async readFile(path) {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      if (text !== undefined) return Buffer.from(text);
      throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT", errno: -2 });
    },
  };
}
