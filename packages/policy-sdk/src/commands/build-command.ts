import { writeFile } from "node:fs/promises";
import { defineCommand } from "@kubewarden-ts/cli";
import { buildPolicy } from "../build/policy-builder.ts";
import { reportingProblems } from "./problems.ts";
import { metadataPathOf, sourceFlags } from "./source-flags.ts";

/** `policy-sdk build` */
export const buildCommand = defineCommand({
  summary: "Builds a policy into one WebAssembly file",
  flags: {
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
  },
  run: ({ flags, stdout, stderr }) =>
    reportingProblems(stderr, async () => {
      const { entry, abi, debug, out } = flags;
      const metadataPath = await metadataPathOf(flags.metadata);
      const print = (text: string) => void stderr.write(text);
      const options = { entry, abi, metadataPath, debug, memoryLimitMb: flags["memory-limit-mb"], print };
      const { wasm } = await buildPolicy(options);
      await writeFile(out, wasm);
      stdout.write(`${out}: ${wasm.length} bytes\n`);
      return 0;
    }),
});
