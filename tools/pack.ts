// `npm run pack`: what we publish on npm, as tarballs in dist/packages.
import { stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { packPackages } from "./pack/pack-packages.ts";

const root = join(import.meta.dirname, "..");

for (const path of Object.values(await packPackages(join(root, "dist/packages")))) {
  const { size } = await stat(path);
  process.stdout.write(`${relative(root, path)} ${Math.round(size / 1000)} kB\n`);
}
