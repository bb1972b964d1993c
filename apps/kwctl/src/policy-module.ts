import { metadataSectionName, type PolicyMetadata, parseMetadataSection } from "@kubewarden-ts/protocol";
import { customSections, readModule } from "@kubewarden-ts/wasm";
import { KwctlError } from "./errors.ts";

/** A policy's module, and what it says of itself. */
export interface PolicyModule {
  readonly bytes: Uint8Array;
  /** `undefined` when the module was not annotated. */
  readonly metadata: PolicyMetadata | undefined;
  /** Whether it was made from Rego: it exports functions of the OPA ABI (policy-runtime.md 1.5). */
  readonly isRego: boolean;
}

/**
 * Reads a module's metadata; of several sections the first counts.
 * @throws {KwctlError} `KWCTL_POLICY_INVALID`, with the messages of policy-runtime.md 1.1
 */
export function readPolicyModule(bytes: Uint8Array): PolicyModule {
  try {
    const module = readModule(bytes);
    const [section] = customSections(module, metadataSectionName);
    const isRego = module.exports.some(({ name }) => name.startsWith("opa_"));
    return { bytes, metadata: section && parseMetadataSection(section), isRego };
  } catch (error) {
    throw new KwctlError(problem(error), { code: "KWCTL_POLICY_INVALID" });
  }
}

/** The error for a policy that must say something of itself, and does not. */
export function notAnnotated(url: string): KwctlError {
  const message = [
    `No Kubewarden metadata found inside of '${url}'.`,
    "Policies can be annotated with the `kwctl annotate` command.",
  ].join("\n");
  return new KwctlError(message, { code: "KWCTL_POLICY_INVALID" });
}

function problem(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const isWasm = error instanceof Error && error.name === "WasmError";
  return isWasm ? `cannot parse custom section of wasm module: ${text}` : text;
}
