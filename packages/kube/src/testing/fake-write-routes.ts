import { errorText } from "@kubewarden-ts/base";
import { parseExact } from "../json/exact-numbers.ts";
import { isJsonObject, type JsonObject } from "../objects/json-value.ts";
import { badRequest, objectUnknown, type SentAnswer, statusAnswer } from "./fake-answers.ts";
import type { FakeRequest } from "./fake-api-server.ts";
import { uidUnknown } from "./fake-refusals.ts";
import { selectionOf } from "./fake-selection.ts";
import { createObject, deleteObject, type FakeWrite, storedDraft, updateObject } from "./fake-writes.ts";

/** Answers a request that writes. @param name - absent for a whole collection */
export function writeAnswer(request: FakeRequest, write: FakeWrite, name: string | undefined): SentAnswer {
  let body: JsonObject;
  try {
    body = readBody(request.body);
  } catch (error) {
    return badRequest(errorText(error));
  }
  const { method } = request;
  if (method === "POST" && name === undefined) return createObject(write, body);
  if (method === "DELETE" && name === undefined) return deleteCollection(request, write, body);
  if (name === undefined || !["PUT", "PATCH", "DELETE"].includes(method)) return notAllowed;
  if (method === "DELETE") return deleteObject(write, name, body);
  const stored = storedDraft(write, name);
  if (method === "PATCH" && isApply(request)) return applyAnswer(request, write, body);
  if (stored === undefined) return objectUnknown(write.resource, name);
  if (method === "PUT") return updateObject(write, stored, body);
  if (request.headers["content-type"] !== "application/merge-patch+json") {
    return statusAnswer(415, "UnsupportedMediaType", "the body of the request was in an unknown format");
  }
  return updateObject(write, stored, merged(stored, body));
}

/** One after the other, each held against the same preconditions; the first that fails ends it. */
function deleteCollection({ query }: FakeRequest, write: FakeWrite, options: JsonObject): SentAnswer {
  const selected = write.cluster.list(write.resource).filter(selectionOf(write.namespace, query));
  for (const { namespace, name } of selected) {
    const answer = deleteObject({ ...write, namespace }, name, options);
    if (answer.status >= 400) return answer;
  }
  return { status: 200, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" } };
}

const notAllowed = statusAnswer(
  405,
  "MethodNotAllowed",
  "the server does not allow this method on the requested resource",
);

function readBody(text: string): JsonObject {
  const value = text === "" ? {} : parseExact(text);
  if (!isJsonObject(value)) throw new Error("the body is not a JSON object");
  return value;
}

function isApply({ headers }: FakeRequest): boolean {
  return headers["content-type"] === "application/apply-patch+yaml";
}

/** Maps are merged, lists replaced; nobody owns a field, so nothing conflicts and nothing is removed. */
function applyAnswer({ query }: FakeRequest, write: FakeWrite, body: JsonObject): SentAnswer {
  if (!query.get("fieldManager")) return badRequest("fieldManager is required for apply patch");
  const metadata = isJsonObject(body["metadata"]) ? body["metadata"] : {};
  const stored = storedDraft(write, String(metadata["name"]));
  if (stored !== undefined) return updateObject(write, stored, merged(stored, body));
  const { name, uid } = metadata;
  return uid === undefined
    ? createObject(write, body)
    : uidUnknown(write.resource, String(name), String(uid));
}

/** RFC 7386. */
function merged(target: unknown, patch: unknown): JsonObject {
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(isJsonObject(patch) ? patch : {})) {
    if (value === null) delete result[key];
    else result[key] = isJsonObject(value) ? merged(result[key], value) : value;
  }
  return result;
}
