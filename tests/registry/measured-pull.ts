// Pulls the first layer of an image to nowhere, and tells on standard output how many bytes it had, and how much more
// memory than before it took: `node measured-pull.ts <host>/<repository>:<tag>`.
import { createRegistryClient, defaultSources, parseReference } from "@kubewarden-ts/oci";

const reference = parseReference(process.argv[2] ?? "");
const sources = { ...defaultSources, insecureSources: new Set([reference.registry]) };
const signal = AbortSignal.timeout(60_000);
await using client = createRegistryClient({ sources, userAgent: "kubewarden-ts-test/1" });
const { manifest } = await client.fetchManifest(reference, { signal });
const [layer] = manifest.kind === "image" ? manifest.layers : [];
if (layer === undefined) throw new Error("the image has no layer");

const idleBytes = process.memoryUsage.rss();
let [pulledBytes, peakBytes] = [0, idleBytes];
const sink = {
  write(bytes: Uint8Array) {
    pulledBytes += bytes.length;
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  },
  restart() {},
};
await client.fetchBlobTo(reference, layer, sink, { signal, maxBytes: layer.size });
process.stdout.write(JSON.stringify({ pulledBytes, heldBytes: peakBytes - idleBytes }));
