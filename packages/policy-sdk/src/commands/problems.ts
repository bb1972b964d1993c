import type { Output } from "@kubewarden-ts/cli";
import { PolicySdkError } from "../errors.ts";

/** Runs a command; what is wrong with the author's files is written one line each, and the exit code is 1. */
export async function reportingProblems(stderr: Output, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof PolicySdkError)) throw error;
    stderr.write(`${error.message}\n`);
    return 1;
  }
}
