// `node tools/fetch-core-types.ts`: writes packages/api/src/crds/core-types.json anew from the OpenAPI document of an API
// server, which it starts. Once for each new release of Kubernetes.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiClient } from "../tests/kubernetes/api-client.ts";
import { startControlPlane } from "../tests/kubernetes/start-control-plane.ts";
import { partPath } from "../tests/support/requirements.ts";
import { fetchCoreTypes } from "./reference/core-types.ts";
import { runProcess } from "./run-process.ts";

const root = join(import.meta.dirname, "..");
const path = join(root, "packages/api/src/crds/core-types.json");

await using plane = await startControlPlane({ programs: partPath("kubernetes"), controllers: false });
const { url, ca, adminToken: token } = plane.facts;
const answer = await fetchCoreTypes(apiClient({ url, ca, token }));
writeFileSync(path, JSON.stringify(answer, undefined, 2));
const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
const { exitCode, output } = await runProcess(process.execPath, [biome, "format", "--write", path], {
  cwd: root,
});
if (exitCode !== 0) throw new Error(output);
