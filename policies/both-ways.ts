// Runs the cases of a policy's test as a function and as built files.
import { join } from "node:path";
import type { Policy } from "@kubewarden-ts/policy-sdk";
import {
  load,
  type Outcome,
  type RunOptions,
  run,
  type SettingsOutcome,
  validateSettings,
} from "@kubewarden-ts/policy-sdk/testing";
import type { GenericSchema } from "valibot";
import { buildPolicies } from "./build.ts";

export interface Runner {
  run(options: RunOptions): Promise<Outcome>;
  validateSettings(settings: unknown): Promise<SettingsOutcome>;
}

/**
 * The two ways for `describe.each`: a name, and what makes the runner.
 * @param name - folder of the policy
 */
export function bothWays<Settings extends GenericSchema, Request>(
  name: string,
  policy: Policy<Settings, Request>,
): readonly (readonly [string, () => Promise<Runner>])[] {
  return [
    [
      "as a function",
      async () => ({
        run: async (options) => run(policy, options),
        validateSettings: async (settings) => validateSettings(policy, settings),
      }),
    ],
    [
      "as a built file",
      async () => {
        const outDir = join(import.meta.dirname, "..", "dist", "policies");
        const [file] = await buildPolicies({ only: [name], outDir });
        return await load(file!.path);
      },
    ],
  ];
}

/** The ways of {@link bothWays}, and as a file for hosts that run WASI commands. */
export function allWays<Settings extends GenericSchema, Request>(
  name: string,
  policy: Policy<Settings, Request>,
): ReturnType<typeof bothWays> {
  const asCommand = async (): Promise<Runner> => {
    const { buildPolicy } = await import("@kubewarden-ts/policy-sdk/build");
    const { wasm } = await buildPolicy({ entry: join(import.meta.dirname, name, "policy.ts"), abi: "wasi" });
    return await load(wasm);
  };
  return [...bothWays(name, policy), ["as a WASI command", asCommand]];
}
