import { setFlagsFromString } from "node:v8";

// Imported for its effect, before anything else, by servers. A server under load leaves garbage in proportion to its requests: V8 gives it 48 MB of room to do so, and bodies of requests,
// which lie outside of V8's heap, wait there for the next collection. In the room there is at the start, collections are
// smaller and as many more, and cost the same. The flag is one of the process: it holds for worker threads too.
// Where V8 does not know the flag, nothing changes.
setFlagsFromString("--semi-space-growth-factor=1");
