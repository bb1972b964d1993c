import { access } from "node:fs/promises";
import { defineFlags } from "@kubewarden-ts/cli";
import { abis } from "../build/abi.ts";

/** What every command needs to know of a policy's source. */
export const sourceFlags = defineFlags({
  entry: {
    type: "string",
    default: "src/policy.ts",
    valueName: "PATH",
    description: "Module that exports `policy`",
  },
  abi: { type: "enum", values: abis, default: "wapc", description: "How the policy talks with its host" },
  metadata: {
    type: "string",
    valueName: "PATH",
    description: "Metadata of the policy; metadata.yml when that is there",
  },
});

/** The path given, else the usual one if there is such a file. */
export async function metadataPathOf(given: string | undefined): Promise<string | undefined> {
  if (given !== undefined) return given;
  return access("metadata.yml").then(
    () => "metadata.yml",
    () => undefined,
  );
}
