import type { ServerResponse } from "node:http";
import type { ApiResource } from "../resources/api-resource.ts";
import {
  badRequest,
  expired,
  groupListAnswer,
  listAnswer,
  objectUnknown,
  pathUnknown,
  resourceListAnswer,
  resourceUnknown,
  type SentAnswer,
  sendAnswer,
  statusAnswer,
} from "./fake-answers.ts";
import type { Decide, FakeRequest } from "./fake-api-server.ts";
import type { FakeCluster, FakeState } from "./fake-cluster.ts";
import { fakeResource } from "./fake-kinds.ts";
import { isSelector, selectionOf } from "./fake-selection.ts";
import { type OpenedWatch, openFakeWatch } from "./fake-watch.ts";
import { writeAnswer } from "./fake-write-routes.ts";
import type { Admit } from "./fake-writes.ts";

function builtIn(apiVersion: string, kind: string, plural: string, namespaced: boolean): ApiResource {
  return fakeResource({ apiVersion, kind, plural, namespaced });
}

/** What every cluster has, as far as tests need it. */
export const builtInResources: readonly ApiResource[] = [
  builtIn("v1", "Namespace", "namespaces", false),
  builtIn("v1", "Node", "nodes", false),
  builtIn("v1", "ConfigMap", "configmaps", true),
  builtIn("v1", "Pod", "pods", true),
  builtIn("v1", "Secret", "secrets", true),
  builtIn("v1", "Service", "services", true),
  builtIn("apps/v1", "Deployment", "deployments", true),
];

interface RouteDeps {
  readonly cluster: FakeCluster;
  readonly decide: Decide;
  readonly admit: Admit;
  readonly response: ServerResponse;
  keepWatch(watch: OpenedWatch, response: ServerResponse): void;
}

/** A path under a group and version, taken apart. */
interface Target {
  readonly resource: ApiResource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const groupVersion = /^\/(?:api\/(?<core>[^/]+)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))(?:\/(?<rest>.+))?$/;

/** Answers as an API server does. */
export function routeRequest(request: FakeRequest, deps: RouteDeps): void {
  if (request.path === "/apis") return sendAnswer(groupListAnswer(deps.cluster.resources), deps.response);
  const parts = groupVersion.exec(request.path)?.groups;
  const apiVersion = parts?.["core"] ?? `${parts?.["group"]}/${parts?.["version"]}`;
  const rest = parts?.["rest"];
  if (apiVersion === "authorization.k8s.io/v1" && rest === "subjectaccessreviews") {
    return sendAnswer(reviewAnswer(request, deps.decide), deps.response);
  }
  const resources = deps.cluster.resources.filter((resource) => resource.apiVersion === apiVersion);
  if (resources.length === 0) return sendAnswer(pathUnknown, deps.response);
  if (rest === undefined) return sendAnswer(resourceListAnswer(apiVersion, resources), deps.response);
  const target = targetOf(rest, resources);
  if (target === undefined) return sendAnswer(resourceUnknown, deps.response);
  if (request.method !== "GET") return sendAnswer(written(request, target, deps), deps.response);
  if (target.name !== undefined) return sendAnswer(objectAnswer(target, deps.cluster), deps.response);
  const selector = request.query.get("labelSelector");
  if (!isSelector(selector)) return sendAnswer(badRequest(`unable to parse ${selector}`), deps.response);
  if (request.query.get("watch") === "true") return watch(request, target, deps);
  sendAnswer(pageAnswer(request, target, deps.cluster), deps.response);
}

function targetOf(rest: string, resources: readonly ApiResource[]): Target | undefined {
  const parts = rest.split("/").map(decodeURIComponent);
  const isInNamespace = parts[0] === "namespaces" && parts.length > 2 && parts[2] !== "status";
  const [plural, name, subresource] = isInNamespace ? parts.slice(2) : parts;
  const resource = resources.find((each) => each.plural === plural);
  if (resource === undefined) return undefined;
  const fits = resource.namespaced ? isInNamespace || name === undefined : !isInNamespace;
  return fits ? { resource, namespace: isInNamespace ? parts[1] : undefined, name, subresource } : undefined;
}

function written(request: FakeRequest, target: Target, { cluster, admit }: RouteDeps): SentAnswer {
  if (![undefined, "status"].includes(target.subresource)) return resourceUnknown;
  const dryRun = request.query.get("dryRun") === "All";
  return writeAnswer(request, { cluster, admit, ...target, dryRun }, target.name);
}

function objectAnswer({ resource, namespace = "", name = "" }: Target, cluster: FakeCluster): SentAnswer {
  const found = cluster.list(resource).find((state) => state.namespace === namespace && state.name === name);
  return found ? { status: 200, body: found.json } : objectUnknown(resource, name);
}

function watch(request: FakeRequest, { resource, namespace }: Target, deps: RouteDeps): void {
  const { cluster, response, keepWatch } = deps;
  const { path, query } = request;
  const selection = selectionOf(namespace, query);
  const opened = openFakeWatch({ cluster, resource, path, query, selection, response });
  if (Number(query.get("resourceVersion")) >= cluster.compactedVersion) return keepWatch(opened, response);
  const { body } = statusAnswer(410, "Expired", "too old resource version");
  opened.send(`${JSON.stringify({ type: "ERROR", object: body })}\n`);
  opened.end();
}

/** A continue token holds the moment of the first page and the key after which to go on. */
function pageAnswer(
  { query }: FakeRequest,
  { resource, namespace }: Target,
  cluster: FakeCluster,
): SentAnswer {
  const token = query.get("continue");
  const from = token === null ? undefined : JSON.parse(Buffer.from(token, "base64url").toString());
  const version: number = from?.version ?? cluster.version;
  if (version < cluster.compactedVersion) return expired;
  const selected = cluster.list(resource).filter(selectionOf(namespace, query));
  const rest = from === undefined ? selected : selected.filter((state) => keyOf(state) > from.after);
  const limit = Number(query.get("limit") ?? 0) || rest.length;
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const continueToken =
    rest.length > limit && last !== undefined
      ? Buffer.from(JSON.stringify({ version, after: keyOf(last) })).toString("base64url")
      : undefined;
  const isSelected = query.has("labelSelector") || query.has("fieldSelector");
  const remaining = continueToken === undefined || isSelected ? undefined : rest.length - items.length;
  return listAnswer(resource, { items, version, continueToken, remaining });
}

function keyOf({ namespace, name }: FakeState): string {
  return `${namespace}/${name}`;
}

function reviewAnswer({ body }: FakeRequest, decide: Decide): SentAnswer {
  const review = JSON.parse(body);
  return { status: 201, body: { ...review, status: decide(review.spec) } };
}
