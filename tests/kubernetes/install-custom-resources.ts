import { type CustomResourceDefinition, customResourceDefinitions } from "@kubewarden-ts/api/crds";
import * as v from "valibot";
import { vi } from "vitest";
import type { ApiClient } from "./api-client.ts";

const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const Established = v.looseObject({
  status: v.looseObject({ conditions: v.array(v.looseObject({ type: v.string(), status: v.string() })) }),
});

/** As far as {@link installCustomResources} reads one. */
export type InstalledDefinition = Pick<CustomResourceDefinition, "metadata"> & {
  spec: { group: string; names: { plural: string }; versions: readonly { name: string }[] };
};

/**
 * Installs CustomResourceDefinitions, our own five without others, and waits until the API server serves them. Any number
 * of test files may do so at the same time; one that installs webhooks for them too takes an API group of its own, since
 * the API server is shared: `customResourceDefinitions({ group })`.
 */
export async function installCustomResources(
  admin: ApiClient,
  definitions: readonly InstalledDefinition[] = customResourceDefinitions(),
): Promise<void> {
  await Promise.all(definitions.map((definition) => install(admin, definition)));
}

/** Removes definitions, and with them all objects of theirs: only of a group that no other test has. */
export async function removeCustomResources(
  admin: ApiClient,
  definitions: readonly InstalledDefinition[],
): Promise<void> {
  await Promise.all(definitions.map(({ metadata }) => admin.delete(`${path}/${metadata.name}`)));
}

async function install(admin: ApiClient, definition: InstalledDefinition): Promise<void> {
  const { metadata, spec } = definition;
  const answer = await admin.request(`${path}/${metadata.name}?fieldManager=tests&force=true`, {
    method: "PATCH",
    contentType: "application/apply-patch+yaml",
    body: definition,
  });
  if (answer.status >= 300) throw new Error(`${metadata.name}: ${answer.body["message"]}`);
  await vi.waitFor(async () => {
    const { status } = v.parse(Established, await admin.get(`${path}/${metadata.name}`));
    const found = status.conditions.find(({ type }) => type === "Established");
    if (found?.status !== "True") throw new Error(`${metadata.name} is not established`);
    for (const { name } of spec.versions) await admin.get(`/apis/${spec.group}/${name}/${spec.names.plural}`);
  }, 20_000);
}
