// Prints what a watched list costs: `node --expose-gc memory.ts [namespaces]`. The last line is JSON.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { silentLogger } from "@kubewarden-ts/base";
import { createDiscovery, createKubeClient, createReflectors } from "../../index.ts";
import { staticAccess } from "../static-access.ts";

const count = Number(process.argv[2] ?? 10_000);

/** Bytes of this process, garbage left out. */
async function memory(): Promise<{ rss: number; heap: number; external: number }> {
  for (let round = 0; round < 5; round++) {
    globalThis.gc?.();
    await sleep(100);
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed, external };
}

if (globalThis.gc === undefined) throw new Error("start it with --expose-gc");
const server = spawn(process.execPath, [join(import.meta.dirname, "serve-namespaces.ts"), String(count)], {
  stdio: ["ignore", "pipe", "inherit"],
});
const [line] = await once(server.stdout, "data");
const access = staticAccess(String(line).trim());
await using client = createKubeClient(access, { log: silentLogger, userAgent: "measure" });
await using reflectors = createReflectors({ client, discovery: createDiscovery(client), log: silentLogger });

// what every list costs once: code, connections, buffers
await reflectors.list({ apiVersion: "v1", kind: "Node" });
const before = await memory();
const startedAt = performance.now();
const request = { apiVersion: "v1", kind: "Namespace", fieldMasks: ["metadata.labels"] };
const list = await reflectors.list(request);
const listedMs = performance.now() - startedAt;
const after = await memory();

const perObject = {
  objects: list.count,
  document: list.document.length / list.count,
  store: reflectors.stats.bytes / list.count,
  rss: (after.rss - before.rss) / list.count,
  heap: (after.heap - before.heap) / list.count,
  external: (after.external - before.external) / list.count,
};
for (const [what, bytes] of Object.entries(perObject))
  process.stdout.write(`${what.padEnd(10)}${Math.round(bytes)}\n`);
process.stdout.write(`first list in ${Math.round(listedMs)} ms\n${JSON.stringify(perObject)}\n`);
server.kill();
