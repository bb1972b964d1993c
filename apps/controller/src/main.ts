#!/usr/bin/env node
import "@kubewarden-ts/base/young-generation";
import { constants } from "node:os";
import { goWords, runProgram } from "@kubewarden-ts/cli";
import { controllerFlags } from "./flags.ts";
import { controllerProgram } from "./program.ts";

// whoever reads the log may be gone: the cluster is looked after all the same
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});

const shutdown = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    // whoever asks twice does not want to wait
    if (shutdown.signal.aborted) process.exit(128 + constants.signals[signal]);
    shutdown.abort();
  });
}

const exitCode = await runProgram(controllerProgram, {
  argv: goWords(controllerFlags, process.argv.slice(2)),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  deps: () => ({ shutdown: shutdown.signal }),
});
// connections that are still being made are not waited for
process.exit(exitCode);
