import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { invalid } from "../json/read-json.ts";
import type { ApiResource } from "./api-resource.ts";

const ApiResourceList = v.object({
  resources: v.nullish(
    v.array(
      v.object({
        name: v.string(),
        kind: v.string(),
        namespaced: v.boolean(),
      }),
    ),
    () => [],
  ),
});

/**
 * Reads the answer to `GET /api/v1` or `GET /apis/{group}/{version}`.
 * @returns kind to resource; subresources, such as `pods/log`, are left out
 * @throws {KubeError} `KUBE_ANSWER_INVALID`
 */
export function readResourceList(apiVersion: string, body: Uint8Array): ReadonlyMap<string, ApiResource> {
  const result = v.safeParse(ApiResourceList, parseJson(apiVersion, body));
  if (!result.success) throw invalid(describe(apiVersion), schemaProblems(result.issues).join(", "));
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const kinds = new Map<string, ApiResource>();
  for (const { name, kind, namespaced } of result.output.resources) {
    if (name.includes("/") || kinds.has(kind)) continue;
    kinds.set(kind, {
      apiVersion,
      kind,
      group: group ?? "",
      version: version ?? "",
      plural: name,
      namespaced,
    });
  }
  return kinds;
}

function parseJson(apiVersion: string, body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw invalid(describe(apiVersion), "it is not JSON");
  }
}

function describe(apiVersion: string): string {
  return `a list of the resources of ${apiVersion}`;
}
