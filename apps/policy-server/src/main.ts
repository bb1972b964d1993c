#!/usr/bin/env node
import "@kubewarden-ts/base/young-generation";
import { availableParallelism, constants } from "node:os";
import { runProgram } from "@kubewarden-ts/cli";
import { startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { processBackground } from "./daemon/process-background.ts";
import { connectHost } from "./host/connect-host.ts";
import { policyServer } from "./program.ts";

// whoever reads the log may be gone, and the disk it goes to full: requests are answered all the same
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});

const shutdown = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    // whoever asks twice does not want to wait for running evaluations
    if (shutdown.signal.aborted) process.exit(128 + constants.signals[signal]);
    shutdown.abort();
  });
}

const reload = new EventTarget();
process.on("SIGHUP", () => reload.dispatchEvent(new Event("reload")));

const exitCode = await runProgram(policyServer, {
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  deps: () => ({
    shutdown: shutdown.signal,
    reload,
    cpus: availableParallelism(),
    isTerminal: process.stdout.isTTY === true,
    startEvaluator,
    connectHost,
    background: processBackground(),
    pid: process.pid,
  }),
});
// connections that are still being made are not waited for
process.exit(exitCode);
