import { writeFile } from "node:fs/promises";
import { defineFlags, type Output } from "@kubewarden-ts/cli";
import type { Abi } from "../build/abi.ts";
import type { BuiltPolicy, PolicyBuilder } from "../build/policy-builder.ts";
import { metadataPathOf, sourceFlags } from "./source-flags.ts";

/** What a command needs to know that builds a file. */
export const buildFlags = defineFlags({
  ...sourceFlags,
  out: { type: "string", default: "policy.wasm", valueName: "PATH", description: "File to write" },
  debug: { type: "boolean", description: "Keeps names and line numbers, for stack traces" },
  "memory-limit-mb": {
    type: "number",
    default: 64,
    min: 1,
    max: 2048,
    valueName: "MIB",
    description: "What the policy may allocate",
  },
});

/** The values of `buildFlags`. */
export interface BuildFlags {
  readonly entry: string;
  readonly abi: Abi;
  readonly metadata: string | undefined;
  readonly out: string;
  readonly debug: boolean;
  readonly "memory-limit-mb": number;
}

/** Builds a file as its flags say. @throws {PolicySdkError} */
export async function buildFile(
  builder: Pick<PolicyBuilder, "build">,
  flags: BuildFlags,
  { stdout, stderr }: { readonly stdout: Output; readonly stderr: Output },
): Promise<BuiltPolicy> {
  const { entry, abi, debug, out } = flags;
  const metadataPath = await metadataPathOf(flags.metadata);
  const print = (text: string) => void stderr.write(text);
  const options = { entry, abi, metadataPath, debug, memoryLimitMb: flags["memory-limit-mb"], print };
  const built = await builder.build(options);
  await writeFile(out, built.wasm);
  stdout.write(`${out}: ${built.wasm.length} bytes\n`);
  return built;
}
