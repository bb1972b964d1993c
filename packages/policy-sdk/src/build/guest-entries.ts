import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of the part of the SDK that runs inside policies; once the SDK is packed it is JavaScript, as this file is. */
export const guestFile = (name: string) =>
  fileURLToPath(new URL(`../guest/${name.replace(/\.ts$/, extname(import.meta.url))}`, import.meta.url));

/** What a policy may import of the SDK, by the end of the specifier; the same as in `package.json`. */
export const guestEntries: Readonly<Record<string, string>> = {
  "": "index.ts",
  "/glob": "glob.ts",
  "/image-reference": "image-reference.ts",
  "/kinds": "kinds.ts",
  "/label-selector": "label-selector.ts",
  "/quantity": "quantity.ts",
  "/re2": "re2.ts",
  "/semver": "semver.ts",
};
