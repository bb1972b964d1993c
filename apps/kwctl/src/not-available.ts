import type { ArgumentSpec, FlagTable } from "@kubewarden-ts/cli";
import { defineCommand } from "./define-command.ts";
import { KwctlError } from "./errors.ts";

/**
 * A command whose table is complete and whose deed does not exist yet: help and reference show it, and it says so
 * when it is run.
 * @param words - as it is typed after `kwctl`: `scaffold vap`
 */
export function notAvailable<const Flags extends FlagTable, const Args extends readonly ArgumentSpec[]>(
  words: string,
  definition: { readonly summary: string; readonly args?: Args; readonly flags?: Flags },
) {
  return defineCommand({
    ...definition,
    run() {
      throw new KwctlError(`kwctl ${words} is not available yet`, { code: "KWCTL_NOT_AVAILABLE" });
    },
  });
}
