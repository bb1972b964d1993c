import { setTimeout as delay } from "node:timers/promises";
import { defineResource } from "@kubewarden-ts/api";
import { customResourceDefinitionType } from "@kubewarden-ts/api/crds";
import * as v from "valibot";
import { type AppliedManifest, applyManifests, type ClusterClients } from "./manifests.ts";

const Established = v.looseObject({
  conditions: v.exactOptional(v.nullable(v.array(v.looseObject({ type: v.string(), status: v.string() })))),
});

/** Applies CustomResourceDefinitions; resolves when the API server serves all that it has. */
export async function installCustomResources(
  cluster: ClusterClients,
  definitions: readonly AppliedManifest[],
): Promise<void> {
  await applyManifests(cluster, definitions);
  const { schema: _schema, ...place } = customResourceDefinitionType;
  const type = defineResource(place, { status: v.exactOptional(Established) });
  const established = async () =>
    (await cluster.objects.list(type)).every(({ status }) =>
      status?.conditions?.some(
        (condition) => condition.type === "Established" && condition.status === "True",
      ),
    );
  while (!(await established())) await delay(50);
}
