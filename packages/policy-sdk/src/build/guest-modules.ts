import { dirname, resolve, sep } from "node:path";
import type { Plugin } from "esbuild";
import { guestFile } from "./guest-entries.ts";

/** Where the part of the SDK lies that runs inside policies, with a separator at its end. */
export const guestFolder = dirname(guestFile("index.ts")) + sep;

/** A module of the SDK of which a policy uses nothing has no place in its file, whatever it does when it is loaded. */
export const guestModules: Plugin = {
  name: "guest-modules",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\// }, ({ importer, path }) =>
      importer.startsWith(guestFolder)
        ? { path: resolve(dirname(importer), path), sideEffects: false }
        : undefined,
    );
  },
};
