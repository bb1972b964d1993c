// Runs the cases of a policy's test as a function and as a built file.
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
