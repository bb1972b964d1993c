// `npm run bundle`: each program as one file, beside it the entry of its worker threads, in dist/bundles/<app>/.
import { join } from "node:path";
import { bundleApp, bundledApps } from "./bundle-app.ts";

const folder = join(import.meta.dirname, "../dist/bundles");

for (const app of process.argv.length > 2 ? process.argv.slice(2) : bundledApps) {
  for (const { fileName, bytes } of await bundleApp(app, join(folder, app))) {
    process.stdout.write(`dist/bundles/${app}/${fileName} ${Math.round(bytes / 1000)} kB\n`);
  }
}
