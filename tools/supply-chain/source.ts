import { runProcess } from "../run-process.ts";

/** What artefacts were built from, and when documents about them say they were made. */
export interface Source {
  /** The commit that is checked out, in hex. */
  readonly commit: string;
  /** Whether files differ from that commit. */
  readonly isModified: boolean;
  /** Seconds since 1970: `SOURCE_DATE_EPOCH`, or the time of the commit. */
  readonly epochSeconds: number;
}

/**
 * Asks git what is checked out.
 * @param env - `SOURCE_DATE_EPOCH` is read
 */
export async function readSource(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Source> {
  const [commit = "", committed = ""] = (await git(root, ["log", "-1", "--format=%H %ct"])).trim().split(" ");
  const status = await git(root, ["status", "--porcelain"]);
  const epoch = env["SOURCE_DATE_EPOCH"] ?? committed;
  if (!/^\d{1,11}$/.test(epoch)) {
    throw new Error(
      `SOURCE_DATE_EPOCH: expected seconds since 1970 as digits, received ${JSON.stringify(epoch)}`,
    );
  }
  return { commit, isModified: status !== "", epochSeconds: Number(epoch) };
}

/** As SPDX and CycloneDX write times: to the second, in UTC. */
export function timestampOf({ epochSeconds }: Source): string {
  return new Date(epochSeconds * 1000).toISOString().replace(".000Z", "Z");
}

async function git(root: string, args: readonly string[]): Promise<string> {
  const { exitCode, output } = await runProcess("git", args, { cwd: root });
  if (exitCode !== 0) throw new Error(`git ${args.join(" ")} failed in ${root}: ${output.trim()}`);
  return output;
}
