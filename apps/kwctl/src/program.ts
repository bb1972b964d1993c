import { docsCommand } from "@kubewarden-ts/cli";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { annotate } from "./commands/annotate.ts";
import { bench } from "./commands/bench.ts";
import { completions } from "./commands/completions.ts";
import { digest } from "./commands/digest.ts";
import { info } from "./commands/info.ts";
import { inspect } from "./commands/inspect.ts";
import { load } from "./commands/load.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { policies } from "./commands/policies.ts";
import { pull } from "./commands/pull.ts";
import { push } from "./commands/push.ts";
import { rm } from "./commands/rm.ts";
import { run } from "./commands/run.ts";
import { save } from "./commands/save.ts";
import { scaffold } from "./commands/scaffold.ts";
import { scan } from "./commands/scan.ts";
import { sign } from "./commands/sign.ts";
import { test } from "./commands/test.ts";
import { verify } from "./commands/verify.ts";
import { defineCommand } from "./define-command.ts";

/**
 * The command table of kwctl.
 * @param options.ownVersion - of this implementation; `--version` shows it beside the Kubewarden version
 * @param options.open - of `node:fs/promises`, for the reference documents
 */
export function kwctlProgram(options: {
  ownVersion: string;
  open: Parameters<typeof docsCommand>[0]["open"];
}) {
  const { ownVersion, open } = options;
  const short = `kwctl ${KUBEWARDEN_VERSION}`;
  const hint = `kubewarden-ts ${ownVersion}. Use the \`kwctl info\` command to display system information`;
  return defineCommand({
    name: "kwctl",
    version: { short, long: `${short}\n\n${hint}` },
    summary: "Tool to manage Kubewarden policies",
    flags: {
      verbose: { type: "boolean", short: "v", global: true, description: "Increase verbosity" },
      "no-color": { type: "boolean", global: true, description: "Disable color output" },
    },
    subcommands: {
      ...{ annotate, bench, completions, digest, docs: docsCommand({ open }), info, inspect, load, login },
      ...{ logout, policies, pull, push, rm, run, save, scaffold, scan, sign, test, verify },
    },
  });
}
