import { setCustomSection } from "@kubewarden-ts/wasm";
import wabt from "wabt";

const assembler = await wabt();

/** Assembles a module from WebAssembly text. */
export function assemble(text: string): Uint8Array {
  const parsed = assembler.parseWat("guest.wat", text, {
    bulk_memory: true,
    exceptions: true,
    reference_types: true,
    sign_extension: true,
    simd: true,
    threads: true,
  });
  try {
    return new Uint8Array(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}

/** The module with metadata of a policy; `metadata` replaces the defaults. */
export function asPolicy(module: Uint8Array, metadata: Record<string, unknown> = {}): Uint8Array {
  const content = {
    protocolVersion: "v1",
    rules: [],
    mutating: false,
    executionMode: "kubewarden-wapc",
    ...metadata,
  };
  return setCustomSection(
    module,
    "io.kubewarden.metadata",
    new TextEncoder().encode(JSON.stringify(content)),
  );
}
