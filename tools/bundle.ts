// `npm run bundle`: each program as one file, beside it the entry of its worker threads, in dist/bundles/<app>/.
import { join } from "node:path";
import { bundleApp, bundledApps } from "./bundle-app.ts";

const folder = join(import.meta.dirname, "../dist/bundles");

const wanted = process.argv.slice(2);
for (const app of bundledApps.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  for (const { fileName, bytes } of await bundleApp(app, join(folder, app))) {
    process.stdout.write(`dist/bundles/${app}/${fileName} ${Math.round(bytes / 1000)} kB\n`);
  }
}
