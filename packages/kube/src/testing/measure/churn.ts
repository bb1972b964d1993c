// Prints how big the process gets while a list changes and is read all the time: `node churn.ts [changes]`. The last
// line is JSON.
import { createObjectStore } from "../../watch/object-store.ts";
import { createFakeClock } from "../fake-clock.ts";

const changes = Number(process.argv[2] ?? 500);
const objects = 1000;
const clock = createFakeClock();
let version = 0;
const store = createObjectStore({ apiVersion: "v1", kind: "Pod" }, { clock, nextVersion: () => ++version });

function put(index: number, round: number): void {
  const metadata = { namespace: "web", name: `pod-${index}`, annotations: {}, managedFields: [] };
  const bytes = Buffer.from(JSON.stringify({ metadata, round, text: "x".repeat(4000) }));
  store.put(`web\0pod-${index}`, { bytes, start: 0, end: bytes.length });
}

for (let index = 0; index < objects; index++) put(index, 0);
const before = process.memoryUsage.rss();
let most = 0;
const startedAt = performance.now();
for (let round = 1; round <= changes; round++) {
  put(round % objects, round);
  await clock.advance(1000); // whatever pause there is between two documents, it is over
  store.list();
  most = Math.max(most, process.memoryUsage.rss());
}
const result = {
  changes,
  documentBytes: store.list().document.length,
  msPerChange: (performance.now() - startedAt) / changes,
  grownBytes: most - before,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
