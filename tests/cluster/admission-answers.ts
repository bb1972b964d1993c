import { isDeepStrictEqual } from "node:util";
import { isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { apiVersionOf, pathOf } from "./audited-kinds.ts";
import type { Operation } from "./audited-policy.ts";
import type { GeneratedObject } from "./generated-objects.ts";

const StoredObject = v.looseObject({ metadata: v.looseObject({ name: v.string() }) });
type StoredObject = v.InferOutput<typeof StoredObject>;

/** What the API server says to an object that comes now. */
export type AdmissionAnswer =
  /** `isChanged`: it would be stored with another `spec`, where that says something */
  | { readonly kind: "admitted"; readonly isChanged: boolean }
  /** `webhook`: unique name of the policy */
  | { readonly kind: "denied"; readonly webhook: string; readonly message: string }
  /** the API server takes no such object, before it asks webhooks that change nothing */
  | { readonly kind: "invalid"; readonly message: string }
  /** a webhook failed, … */
  | { readonly kind: "other"; readonly message: string };

/** An object that is stored. */
export interface StoredPlace {
  readonly object: GeneratedObject;
  readonly name: string;
  /** `""` where there is none */
  readonly namespace: string;
}

/** Creates an object for good. */
export async function createGenerated(
  client: KubeClient,
  { object, name, namespace }: StoredPlace,
): Promise<void> {
  const body = { ...object, metadata: { ...object.metadata, name } };
  await client.request(pathOf(object.kind, { namespace }), { method: "POST", body: encoded(body) });
}

/** Kinds of which the API server itself changes no `spec` that it has seen before. */
const kindsWithSpec: readonly string[] = ["Pod", "Deployment"];

/**
 * Asks the API server, in a dry run, what it would say if a stored object came now: under another name, or as an update
 * without a change.
 * @param options.version - of its group, in which it comes
 */
export async function askAdmission(
  client: KubeClient,
  { object: { kind }, name, namespace }: StoredPlace,
  { operation, version }: { readonly operation: Operation; readonly version?: string | undefined },
): Promise<AdmissionAnswer> {
  const path = pathOf(kind, { namespace, version });
  const stored = parsed(await client.request(`${path}/${name}`));
  const sent =
    operation === "CREATE" ? asNew({ ...stored, kind, apiVersion: apiVersionOf(kind, version) }) : stored;
  const query = { dryRun: "All" };
  const body = encoded(sent);
  try {
    const answer = await (operation === "CREATE"
      ? client.request(path, { method: "POST", query, body })
      : client.request(`${path}/${name}`, { method: "PUT", query, body }));
    const isChanged =
      kindsWithSpec.includes(kind) && !isDeepStrictEqual(parsed(answer)["spec"], sent["spec"]);
    return { kind: "admitted", isChanged };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const { message: text, reason } = error;
    if (reason === "Invalid") return { kind: "invalid", message: text };
    const denial = /^admission webhook "(.*)\.kubewarden\.admission" denied the request(?:: (.*))?/s;
    const [, webhook, message = ""] = denial.exec(text) ?? [];
    if (webhook === undefined) return { kind: "other", message: text };
    return { kind: "denied", webhook, message };
  }
}

function parsed({ body }: { readonly body: Uint8Array }): StoredObject {
  return v.parse(StoredObject, JSON.parse(new TextDecoder().decode(body)));
}

/** Without what the API server gave it, some of which only one object can have. */
function asNew({ metadata, status: _status, ...object }: StoredObject): StoredObject {
  const { labels, annotations, namespace, name } = metadata;
  const spec = v.is(ServiceSpec, object["spec"]) ? { spec: withoutAddresses(object["spec"]) } : {};
  return { ...object, ...spec, metadata: { labels, annotations, namespace, name: `${name}-again` } };
}

const ServiceSpec = v.looseObject({ ports: v.array(v.looseObject({ port: v.number() })) });

function withoutAddresses(spec: v.InferOutput<typeof ServiceSpec>): object {
  const { clusterIP, clusterIPs: _all, ports, ...rest } = spec;
  const headless = clusterIP === "None" ? { clusterIP } : {};
  return { ...rest, ...headless, ports: ports.map(({ nodePort: _none, ...port }) => port) };
}

function encoded(object: object): Uint8Array {
  return Buffer.from(JSON.stringify(object));
}
