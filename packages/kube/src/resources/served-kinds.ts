import { mapConcurrent } from "@kubewarden-ts/base";
import * as v from "valibot";
import type { KubeClient } from "../client/kube-client.ts";
import { isKubeError, type KubeError } from "../errors.ts";
import { invalid } from "../json/read-json.ts";
import { type ApiResource, groupVersionPath } from "./api-resource.ts";
import { readResourceList } from "./resource-list.ts";

/** What an API server serves, as far as it tells. */
export interface ServedKinds {
  /** The kinds of the core group, and of every other group in the version it prefers. */
  readonly resources: readonly ApiResource[];
  /** Groups that could not be asked, such as those of an extension server that is down. */
  readonly failures: readonly { readonly apiVersion: string; readonly error: KubeError }[];
}

const GroupVersion = v.object({ groupVersion: v.string() });
const ApiGroupList = v.object({
  groups: v.array(v.object({ preferredVersion: v.optional(GroupVersion), versions: v.array(GroupVersion) })),
});

const limits = { maxBytes: 8 * 1024 * 1024, timeoutMs: 10_000 };
const maxAsksAtOnce = 8;

/**
 * Asks an API server for all kinds it serves. A group that cannot be asked does not keep the others from being known.
 * @throws {KubeError} when the core group or the list of groups cannot be read
 */
export async function listServedKinds(
  client: Pick<KubeClient, "get">,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ServedKinds> {
  const ask = async (apiVersion: string): Promise<ApiResource[]> => {
    // An extension server that is down answers 503 for as long as it is down: somebody waits for the others.
    const { body } = await client.get(groupVersionPath(apiVersion), { ...limits, signal, repeatable: false });
    return [...readResourceList(apiVersion, body).values()];
  };
  const core = await ask("v1");
  const { body } = await client.get("/apis", { ...limits, signal });
  const answers = await mapConcurrent(readGroups(body), maxAsksAtOnce, async (apiVersion) => {
    try {
      return { apiVersion, resources: await ask(apiVersion) };
    } catch (error) {
      if (!isKubeError(error) || error.code === "KUBE_ABORTED") throw error;
      return { apiVersion, error };
    }
  });
  return {
    resources: [...core, ...answers.flatMap(({ resources = [] }) => resources)],
    failures: answers.flatMap(({ apiVersion, error }) => (error === undefined ? [] : { apiVersion, error })),
  };
}

/** Group and preferred version of each group, as `apps/v1`. */
function readGroups(body: Uint8Array): string[] {
  const read = v.safeParse(ApiGroupList, parseJson(body));
  if (!read.success) throw invalid("the list of API groups", "it has another shape");
  return read.output.groups.flatMap(({ preferredVersion, versions }) => {
    const version = preferredVersion ?? versions[0];
    return version === undefined ? [] : [version.groupVersion];
  });
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw invalid("the list of API groups", "it is not JSON");
  }
}
