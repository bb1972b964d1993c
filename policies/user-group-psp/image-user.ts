import { HostCallError, host } from "@kubewarden-ts/policy-sdk";
import * as v from "valibot";
import { isWithin } from "./identity.ts";
import type { Settings } from "./settings.ts";

const Configuration = v.object({
  os: v.nullish(v.string()),
  config: v.nullish(v.object({ User: v.nullish(v.string()) })),
});

/**
 * What is wrong with the user the image says its programs run as; images of Windows have users of another kind.
 * @throws {HostCallError} when the host does not tell
 */
export function findImageProblem(image: string, settings: Settings): string | undefined {
  const result = v.safeParse(Configuration, host.oci.manifestAndConfig(image).config);
  if (!result.success) {
    const path = v.getDotPath(result.issues[0]) ?? "answer";
    throw new HostCallError("oci/v1/oci_manifest_config", `unexpected answer of the host: ${path}`);
  }
  const { os, config } = result.output;
  if (os?.toLowerCase() === "windows" || config?.User == null) return undefined;
  return judgeUser(config.User, settings);
}

function judgeUser(configured: string, settings: Settings): string | undefined {
  const [user = "", group] = configured.split(":");
  const uid = idOf(user);
  if (uid === undefined) {
    return `Invalid user ID in the container image configuration: ${JSON.stringify(user)}`;
  }
  const gid = group === undefined ? undefined : idOf(group);
  if (group !== undefined && gid === undefined) {
    return `Invalid group ID in the container image configuration: ${JSON.stringify(group)}`;
  }
  return uidProblem(uid, settings) ?? (gid === undefined ? undefined : gidProblem(gid, settings));
}

function idOf(text: string): number | undefined {
  return /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined;
}

function uidProblem(uid: number, { run_as_user: { rule, ranges } }: Settings): string | undefined {
  if (rule === "MustRunAs" && !isWithin(uid, ranges)) {
    return "User ID defined in the container image is outside defined ranges";
  }
  const isRoot = rule === "MustRunAsNonRoot" && uid === 0;
  return isRoot ? "User ID defined in the container image cannot be root ID (0)" : undefined;
}

function gidProblem(gid: number, { run_as_group: { rule, ranges } }: Settings): string | undefined {
  const isChecked = rule === "MustRunAs" || rule === "MayRunAs";
  if (!isChecked || isWithin(gid, ranges)) return undefined;
  return "Group ID defined in the container image is outside defined ranges";
}
