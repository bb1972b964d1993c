import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { errorText } from "@kubewarden-ts/base";
import * as v from "valibot";
import { PolicySdkError } from "../errors.ts";
import { isSchema } from "./setting-shape.ts";

const PolicyModule = v.object({
  policy: v.object({ settings: v.custom<v.GenericSchema>(isSchema) }),
});

/**
 * Loads a policy's module into this process and reads the schema of its settings.
 * @param entry - the module that exports `policy`
 * @throws {PolicySdkError} `SDK_LOAD`
 */
export async function loadSettings(entry: string): Promise<v.GenericSchema> {
  const url = pathToFileURL(resolve(entry)).href;
  const module: unknown = await import(/* @vite-ignore */ url).catch((cause: unknown) => {
    throw new PolicySdkError(`${entry}: cannot be loaded: ${errorText(cause)}`, { code: "SDK_LOAD", cause });
  });
  const read = v.safeParse(PolicyModule, { ...Object(module) });
  if (read.success) return read.output.policy.settings;
  throw new PolicySdkError(`${entry}: exports no policy whose settings are a Valibot schema`, {
    code: "SDK_LOAD",
  });
}
