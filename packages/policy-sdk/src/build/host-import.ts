import { readFile } from "node:fs/promises";
import { sep } from "node:path";
import type { Loader, Plugin } from "esbuild";
import { guestFolder } from "./guest-modules.ts";

const sdkImport = /\bimport\s*\{[^}]*\}\s*from\s*(["'])@kubewarden-ts\/policy-sdk\1/g;
const loaders: Readonly<Record<string, Loader>> = { ts: "ts", mts: "ts", js: "js", mjs: "js" };

/**
 * Leaves the import of `host` to `guest/host/injected.ts`: the bundler drops what nobody uses of a module, but not of a
 * namespace inside a namespace.
 */
export const hostImport: Plugin = {
  name: "host-import",
  setup(build) {
    build.onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }) => {
      if (path.startsWith(guestFolder) || path.includes(`${sep}node_modules${sep}`)) return undefined;
      const source = await readFile(path, "utf8");
      const extension = path.slice(path.lastIndexOf(".") + 1);
      return { contents: withoutHostImport(source), loader: loaders[extension] ?? "js" };
    });
  },
};

/** Lines and columns stay as they are. */
export function withoutHostImport(source: string): string {
  return source.replace(sdkImport, (statement) =>
    statement.replace(/(?<=[{,]\s*)host\s*(?:,|(?=\}))/, (name) => name.replace(/[^\n]/g, " ")),
  );
}
