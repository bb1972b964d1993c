import {
  type CapabilityComparison,
  compareCapabilities,
  usedCapabilities,
} from "@kubewarden-ts/host-capabilities";
import {
  type ExecutionMode,
  formatMetadata,
  metadataSectionName,
  type PolicyMetadata,
  validateMetadata,
} from "@kubewarden-ts/protocol";
import { readModule, renameImports, setCustomSection } from "@kubewarden-ts/wasm";
import { KwctlError } from "../errors.ts";

export interface AnnotateOptions {
  readonly module: Uint8Array;
  /** As it stands in the metadata file. */
  readonly metadata: PolicyMetadata;
  /** Text of the usage file. */
  readonly usage: string | undefined;
  readonly kwctlVersion: string;
  /** Asks a waPC module for the version of the protocol it speaks. */
  readonly readProtocolVersion: (module: Uint8Array) => Promise<"v1" | "Unknown">;
}

export interface AnnotatedModule {
  readonly module: Uint8Array;
  readonly capabilities: CapabilityComparison;
}

/**
 * Puts metadata into a module, in place of any it had (kwctl-and-oci.md 6.3).
 * @throws {KwctlError} `KWCTL_POLICY_INVALID`: no module, a mode that does not fit, invalid metadata
 */
export async function annotateModule(options: AnnotateOptions): Promise<AnnotatedModule> {
  const { module, usage, kwctlVersion } = options;
  const { executionMode } = options.metadata;
  checkExecutionMode(executionMode, isRego(module));
  const isWapc = executionMode === "kubewarden-wapc";
  const metadata: PolicyMetadata = {
    ...options.metadata,
    protocolVersion: isWapc ? await options.readProtocolVersion(module) : "Unknown",
    annotations: {
      ...options.metadata.annotations,
      "io.kubewarden.kwctl": kwctlVersion,
      ...(usage === undefined ? {} : { "io.kubewarden.policy.usage": usage }),
    },
  };
  const problems = validateMetadata(metadata);
  if (problems.length > 0) throw invalid(`Metadata is invalid: ${problems.join(", ")}`);
  const capabilities = compareCapabilities(scan(module), metadata.hostCapabilities ?? []);
  return { module: withMetadata(module, metadata), capabilities };
}

function isRego(module: Uint8Array): boolean {
  try {
    return readModule(module).exports.some(({ name }) => name.startsWith("opa_"));
  } catch (error) {
    throw invalid(`Error parsing wasm module: ${messageOf(error)}`);
  }
}

function checkExecutionMode(mode: ExecutionMode, rego: boolean): void {
  const wrong = "Wrong value inside of policy's metadata for 'executionMode'.";
  if ((mode === "opa" || mode === "gatekeeper") && !rego) {
    throw invalid(`${wrong} The policy has not been created using Rego`);
  }
  if (mode === "kubewarden-wapc" && rego) {
    throw invalid(`${wrong} This policy has been created using Rego`);
  }
}

function scan(module: Uint8Array): string[] {
  try {
    return usedCapabilities(module);
  } catch (error) {
    throw invalid(`Error scanning wasm module: ${messageOf(error)}`);
  }
}

/** Javy's own name for the import of host calls is what Kubewarden hosts call `host`. */
const javyHost = "kubewarden:javy/host";

function withMetadata(module: Uint8Array, metadata: PolicyMetadata): Uint8Array {
  const renamed = renameImports(module, (entry) =>
    entry.module === javyHost && entry.name === "call" ? { ...entry, module: "host" } : entry,
  );
  return setCustomSection(renamed, metadataSectionName, new TextEncoder().encode(formatMetadata(metadata)));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function invalid(message: string): KwctlError {
  return new KwctlError(message, { code: "KWCTL_POLICY_INVALID" });
}
