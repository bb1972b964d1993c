import { spawn } from "node:child_process";
import type { Background } from "./background.ts";

/** Tells the process in the background that it is the one; nobody else needs to set it. */
const marker = "KUBEWARDEN_TS_IN_BACKGROUND";

/** The part of the process in `--daemon`: the one that was started by hand, or the one it started. */
export function processBackground(): Background {
  const { argv, execArgv, execPath, env } = process;
  const send = process.send?.bind(process);
  if (env[marker] === undefined || send === undefined) {
    return {
      role: "starter",
      spawn: (stdio) =>
        spawn(execPath, [...execArgv, ...argv.slice(1)], {
          ...{ stdio, detached: true, env: { ...env, [marker]: "1" } },
        }),
    };
  }
  // rights of files that are made from here on: none for others
  process.umask(0o027);
  return {
    role: "server",
    report(report) {
      // who started it may be gone
      send(report, undefined, undefined, () => {
        if (process.connected) process.disconnect?.();
      });
    },
  };
}
