import { type ApiResource, type Discovery, type KubeClient, KubeError } from "@kubewarden-ts/kube";
import * as v from "valibot";

/** An API group and its versions, the preferred one first. */
export interface ServedGroup {
  readonly group: string;
  readonly versions: readonly string[];
}

/** What the API server serves, asked for as far as rules need it. */
export interface ServedResources {
  /** @returns nothing for what is not served. @throws {KubeError} when it is not known */
  of(group: string, version: string): Promise<readonly ApiResource[]>;
  /** The core group first. @throws {KubeError} */
  groups(): Promise<readonly ServedGroup[]>;
}

const GroupVersion = v.object({ groupVersion: v.string() });
const ApiGroupList = v.object({
  groups: v.array(
    v.object({
      name: v.string(),
      versions: v.array(GroupVersion),
      preferredVersion: v.optional(GroupVersion),
    }),
  ),
});

export function createServedResources(
  { client, discovery }: { readonly client: KubeClient; readonly discovery: Discovery },
  signal: AbortSignal,
): ServedResources {
  let groups: Promise<readonly ServedGroup[]> | undefined;
  return {
    async of(group, version) {
      const apiVersion = group === "" ? version : `${group}/${version}`;
      return (await discovery.list(apiVersion, { signal })) ?? [];
    },
    groups() {
      groups ??= readGroups(client, signal);
      return groups;
    },
  };
}

async function readGroups(client: KubeClient, signal: AbortSignal): Promise<readonly ServedGroup[]> {
  const { body } = await client.get("/apis", { signal, maxBytes: 8 * 1024 * 1024 });
  const read = v.safeParse(ApiGroupList, parseJson(body));
  if (!read.success) {
    const message = "the API server sent a list of API groups that cannot be used: it has another shape";
    throw new KubeError(message, { code: "KUBE_ANSWER_INVALID" });
  }
  const named = read.output.groups.map(({ name, versions, preferredVersion }) => {
    const all = [...(preferredVersion ? [preferredVersion] : []), ...versions];
    return { group: name, versions: [...new Set(all.map(({ groupVersion }) => versionOf(groupVersion)))] };
  });
  return [{ group: "", versions: ["v1"] }, ...named];
}

function versionOf(groupVersion: string): string {
  return groupVersion.slice(groupVersion.indexOf("/") + 1);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
