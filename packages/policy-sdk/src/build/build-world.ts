import { PolicySdkError } from "../errors.ts";

/** What the stand-ins for a host need of the build. */
export interface WorldOptions {
  /** The engine's memory as it is now: growing replaces its buffer. */
  readonly memory: () => ArrayBuffer;
  /** Gets what the policy prints. */
  readonly print: (text: string) => void;
}

type Import = (...args: number[]) => number;

/**
 * The imports of an engine that loads a policy: a clock that stands at zero, randomness without any, output for the
 * author to see, and nothing else: what asks for more throws, naming what it asked for.
 */
export function buildWorld(module: WebAssembly.Module, options: WorldOptions): WebAssembly.Imports {
  const functions: Readonly<Record<string, Import>> = {
    "wasi_snapshot_preview1.clock_time_get": (_id, _precision, timeOut) => {
      new DataView(options.memory()).setBigUint64(timeOut!, 0n, true);
      return 0;
    },
    "wasi_snapshot_preview1.random_get": (pointer, length) => {
      new Uint8Array(options.memory(), pointer, length).fill(0);
      return 0;
    },
    "wasi_snapshot_preview1.fd_write": (_fd, vectors, count, writtenOut) =>
      print(options, { vectors: vectors!, count: count!, writtenOut: writtenOut! }),
    "wapc.__host_call": (...args) => refuseCapability(options, args),
    "host.call": (...args) => refuseCapability(options, args),
  };
  const imports: Record<string, Record<string, Import>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = functions[`${from}.${name}`] ?? (() => refuse(`${from}.${name}`));
  }
  return imports;
}

function refuse(what: string): never {
  throw new PolicySdkError(
    `${what} was called while the policy was being loaded: the host is there only inside validate`,
    { code: "SDK_LOAD" },
  );
}

/** @param args - of a host call: pointer and length of binding, namespace, operation and payload */
function refuseCapability({ memory }: WorldOptions, args: readonly number[]): never {
  const [, , namespace, namespaceLength, operation, operationLength] = args;
  const text = (pointer = 0, length = 0) => decode(new Uint8Array(memory(), pointer, length));
  return refuse(
    `the host capability ${text(namespace, namespaceLength)}/${text(operation, operationLength)}`,
  );
}

/** `fd_write` of WASI preview 1, whatever the file. */
function print(
  { memory, print: write }: WorldOptions,
  { vectors, count, writtenOut }: { vectors: number; count: number; writtenOut: number },
): number {
  const view = new DataView(memory());
  let written = 0;
  for (let vector = vectors; vector < vectors + count * 8; vector += 8) {
    const length = view.getUint32(vector + 4, true);
    write(decode(new Uint8Array(view.buffer, view.getUint32(vector, true), length)));
    written += length;
  }
  view.setUint32(writtenOut, written, true);
  return 0;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
