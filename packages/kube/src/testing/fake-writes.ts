import { randomUUID } from "node:crypto";
import { copyJson, isJsonObject, type JsonObject } from "../objects/json-value.ts";
import { sameJson } from "../objects/merge-patch.ts";
import type { ApiResource } from "../resources/api-resource.ts";
import { badRequest, invalidObject, objectUnknown, type SentAnswer } from "./fake-answers.ts";
import type { FakeCluster, FakeObject } from "./fake-cluster.ts";
import { hasGeneration, hasStatusSubresource, takesUnconditionalUpdates } from "./fake-kinds.ts";
import { alreadyExists, modified, otherUid } from "./fake-refusals.ts";

/** What the test sees of a write before it is stored, as a webhook would. */
export interface FakeReview {
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly resource: ApiResource;
  readonly subresource: string | undefined;
  /** as it would be stored; absent on deletion */
  readonly object: FakeObject | undefined;
  readonly oldObject: FakeObject | undefined;
  readonly dryRun: boolean;
}

/** `undefined` lets the write pass. */
export type Admit = (
  review: FakeReview,
) => { readonly deny: SentAnswer } | { readonly object: FakeObject } | undefined;

/** A write to one object. */
export interface FakeWrite {
  readonly cluster: FakeCluster;
  readonly admit: Admit;
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly subresource: string | undefined;
  readonly dryRun: boolean;
}

/** An object while it is made: every member may be looked at. */
export type Draft = JsonObject & { metadata: JsonObject };

/** The object as it is stored, to be changed. */
export function storedDraft({ cluster, resource, namespace = "" }: FakeWrite, name: string) {
  const found = cluster.list(resource).find((state) => state.namespace === namespace && state.name === name);
  return found === undefined ? undefined : (copyJson(found.object) as unknown as Draft);
}

/** `POST`, and what applies an object that is not there. */
export function createObject(write: FakeWrite, body: JsonObject): SentAnswer {
  const { resource, namespace } = write;
  const metadata = isJsonObject(body["metadata"]) ? { ...body["metadata"] } : {};
  if (metadata["resourceVersion"]) {
    return { ...badRequest("resourceVersion should not be set on objects to be created"), status: 500 };
  }
  if (!metadata["name"] && metadata["generateName"]) {
    metadata["name"] = `${metadata["generateName"]}${randomUUID().slice(0, 5)}`;
  }
  if (!metadata["name"]) {
    return invalidObject(resource, "", "metadata.name: Required value: name or generateName is required");
  }
  const name = String(metadata["name"]);
  if (storedDraft(write, name) !== undefined) return alreadyExists(resource, name);
  const object: Draft = { ...body, ...typesOf(resource), metadata };
  Object.assign(metadata, {
    ...(namespace !== undefined && { namespace }),
    uid: randomUUID(),
    creationTimestamp: new Date().toISOString().replace(/\.\d+/, ""),
    ...(hasGeneration(resource) && { generation: 1 }),
  });
  delete metadata["deletionTimestamp"];
  if (hasStatusSubresource(resource)) delete object["status"];
  return store(write, 201, object, undefined);
}

/** What only the API server sets. */
const serverFields = ["uid", "creationTimestamp", "generation", "deletionTimestamp", "namespace", "name"];

/** Puts `wanted` in the place of the stored object, as far as the path allows to change it. */
export function updateObject(write: FakeWrite, stored: Draft, wanted: JsonObject): SentAnswer {
  const { resource, subresource } = write;
  const name = String(stored.metadata["name"]);
  const metadata: JsonObject = isJsonObject(wanted["metadata"]) ? { ...wanted["metadata"] } : {};
  const { resourceVersion, uid } = metadata;
  if (!resourceVersion && !takesUnconditionalUpdates(resource)) {
    const problem = "metadata.resourceVersion: Invalid value: 0: must be specified for an update";
    return invalidObject(resource, name, problem);
  }
  if (uid && uid !== stored.metadata["uid"]) return otherUid(resource, name, String(uid));
  if (resourceVersion && resourceVersion !== stored.metadata["resourceVersion"])
    return modified(resource, name);
  for (const field of serverFields) copyMember(metadata, stored.metadata, field);
  const object: Draft = { ...wanted, ...typesOf(resource), metadata };
  if (hasStatusSubresource(resource) && subresource === undefined) copyMember(object, stored, "status");
  const changed = subresource === undefined ? object : { ...stored, status: wanted["status"] };
  return store(write, 200, changed, stored);
}

/** `DELETE`: at once, or when the last finalizer is gone. */
export function deleteObject(write: FakeWrite, name: string, options: JsonObject): SentAnswer {
  const { resource, cluster, dryRun } = write;
  const stored = storedDraft(write, name);
  if (stored === undefined) return objectUnknown(resource, name);
  const { uid, resourceVersion } = isJsonObject(options["preconditions"]) ? options["preconditions"] : {};
  if (uid && uid !== stored.metadata["uid"]) return otherUid(resource, name, String(uid));
  if (resourceVersion && resourceVersion !== stored.metadata["resourceVersion"])
    return modified(resource, name);
  const verdict = write.admit(reviewOf(write, "DELETE", undefined, stored));
  if (verdict !== undefined && "deny" in verdict) return verdict.deny;
  if (!isEmpty(stored.metadata["finalizers"])) return markDeleted(write, stored);
  if (!dryRun) cluster.remove(stored as unknown as FakeObject);
  const details = { name, group: resource.group, kind: resource.plural, uid: stored.metadata["uid"] };
  const success = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
  return { status: 200, body: success };
}

function markDeleted({ cluster, dryRun, resource }: FakeWrite, stored: Draft): SentAnswer {
  const { metadata } = stored;
  if (metadata["deletionTimestamp"]) return { status: 200, body: stored };
  const deletionTimestamp = new Date().toISOString().replace(/\.\d+/, "");
  Object.assign(metadata, { deletionTimestamp, deletionGracePeriodSeconds: 0 });
  if (hasGeneration(resource)) metadata["generation"] = Number(metadata["generation"] ?? 0) + 1;
  if (dryRun) return { status: 200, body: stored };
  return { status: 200, body: cluster.put(stored as unknown as FakeObject).json };
}

function store(write: FakeWrite, status: number, draft: Draft, before: Draft | undefined): SentAnswer {
  const { cluster, resource, dryRun } = write;
  const verdict = write.admit(reviewOf(write, before ? "UPDATE" : "CREATE", draft, before));
  if (verdict !== undefined && "deny" in verdict) return verdict.deny;
  const object = verdict === undefined ? draft : (copyJson(verdict.object) as unknown as Draft);
  if (before !== undefined) {
    object.metadata["resourceVersion"] = before.metadata["resourceVersion"];
    if (sameJson(object, before)) return { status, body: before };
    if (hasGeneration(resource) && !sameJson(bodyOf(object), bodyOf(before))) {
      object.metadata["generation"] = Number(before.metadata["generation"] ?? 0) + 1;
    }
  }
  if (dryRun) return { status, body: object };
  const stored = cluster.put(object as unknown as FakeObject);
  if (object.metadata["deletionTimestamp"] && isEmpty(object.metadata["finalizers"])) {
    cluster.remove(object as unknown as FakeObject);
  }
  return { status, body: stored.json };
}

function reviewOf(
  { resource, subresource, dryRun }: FakeWrite,
  operation: FakeReview["operation"],
  object: Draft | undefined,
  oldObject: Draft | undefined,
): FakeReview {
  const seen = (draft: Draft | undefined) =>
    draft === undefined ? undefined : (copyJson(draft) as unknown as FakeObject);
  return { operation, resource, subresource, object: seen(object), oldObject: seen(oldObject), dryRun };
}

function bodyOf({ metadata: _, status: __, ...body }: Draft): JsonObject {
  return body;
}

function typesOf({ apiVersion, kind }: ApiResource): { apiVersion: string; kind: string } {
  return { apiVersion, kind };
}

function copyMember(to: JsonObject, from: JsonObject, key: string): void {
  if (from[key] === undefined) delete to[key];
  else to[key] = from[key];
}

function isEmpty(value: unknown): boolean {
  return !Array.isArray(value) || value.length === 0;
}
