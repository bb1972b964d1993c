// Runs before a policy's own modules in a built policy: what other JavaScript hosts have and the engine lacks.
import { console } from "./prelude/console.ts";
import { structuredClone } from "./prelude/structured-clone.ts";
import { TextDecoder, TextEncoder } from "./prelude/text-encoding.ts";

function unavailable(name: string, reason: string): () => never {
  return () => {
    throw new Error(`${name} is not available in a policy: ${reason}`);
  };
}

const noTimers = "a verdict is given at once";
const noNetwork = "ask the host, see the module host of the SDK";

Object.assign(globalThis, {
  TextEncoder,
  TextDecoder,
  structuredClone,
  console,
  setTimeout: unavailable("setTimeout", noTimers),
  setInterval: unavailable("setInterval", noTimers),
  fetch: unavailable("fetch", noNetwork),
});

// Its seed would be part of the file: the same numbers in every instance, for everybody who reads the file.
Math.random = unavailable("Math.random", "its numbers would be the same in every instance");
