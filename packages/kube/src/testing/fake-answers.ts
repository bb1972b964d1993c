import type { ServerResponse } from "node:http";
import type { ApiResource } from "../resources/api-resource.ts";
import type { FakeState } from "./fake-cluster.ts";

/** An answer as it goes out. */
export interface SentAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** sent as it is when text or bytes, else as JSON */
  readonly body?: unknown;
}

/** A refusal in the words of an API server. */
export function statusAnswer(
  status: number,
  reason: string,
  message: string,
  details: object = {},
): SentAnswer {
  return {
    status,
    body: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      reason,
      details,
      code: status,
    },
  };
}

export const pathUnknown: SentAnswer = { status: 404, body: "404 page not found\n" };

export const resourceUnknown = statusAnswer(
  404,
  "NotFound",
  "the server could not find the requested resource",
);

export const expired = statusAnswer(410, "Expired", "The provided continue parameter is too old");

export function badRequest(message: string): SentAnswer {
  return statusAnswer(400, "BadRequest", message);
}

/** The name of a kind in messages, such as `deployments.apps`. */
export function qualified({ plural, group }: ApiResource): string {
  return group === "" ? plural : `${plural}.${group}`;
}

export function objectUnknown(resource: ApiResource, name: string): SentAnswer {
  const details = { name, group: resource.group, kind: resource.plural };
  return statusAnswer(404, "NotFound", `${qualified(resource)} "${name}" not found`, details);
}

export function invalidObject({ kind, group }: ApiResource, name: string, problem: string): SentAnswer {
  const message = `${group === "" ? kind : `${kind}.${group}`} "${name}" is invalid: ${problem}`;
  return statusAnswer(422, "Invalid", message, { name, group, kind });
}

/** The answer to discovery of one group and version. */
export function resourceListAnswer(groupVersion: string, resources: readonly ApiResource[]): SentAnswer {
  const described = resources.flatMap(({ plural, kind, namespaced }) => [
    { name: plural, singularName: "", namespaced, kind, verbs: ["get", "list", "watch"] },
    { name: `${plural}/status`, singularName: "", namespaced, kind, verbs: ["get"] },
  ]);
  return {
    status: 200,
    body: { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: described },
  };
}

/** The answer to discovery of groups; the version defined first is the preferred one. */
export function groupListAnswer(resources: readonly ApiResource[]): SentAnswer {
  const byGroup = Map.groupBy(
    resources.filter(({ group }) => group !== ""),
    ({ group }) => group,
  );
  const groups = Array.from(byGroup, ([name, members]) => {
    const apiVersions = [...new Set(members.map(({ apiVersion }) => apiVersion))];
    const versions = apiVersions.map((groupVersion) => ({ groupVersion }));
    return { name, versions, preferredVersion: versions[0] };
  });
  return { status: 200, body: { kind: "APIGroupList", apiVersion: "v1", groups } };
}

/** One page of a list. */
export interface FakePage {
  readonly items: readonly FakeState[];
  readonly version: number;
  readonly continueToken: string | undefined;
  /** how many come after this page; not known where a selector chose */
  readonly remaining: number | undefined;
}

/** One page of a list, with the objects' text as it is. */
export function listAnswer({ apiVersion, kind }: ApiResource, page: FakePage): SentAnswer {
  const metadata = {
    ...{ resourceVersion: String(page.version), continue: page.continueToken },
    remainingItemCount: page.remaining,
  };
  const items = page.items.map(({ listed }) => listed).join(",");
  const head = `{"kind":"${kind}List","apiVersion":"${apiVersion}"`;
  return { status: 200, body: `${head},"metadata":${JSON.stringify(metadata)},"items":[${items}]}\n` };
}

/** Writes an answer to its end. */
export function sendAnswer({ status, headers = {}, body = "" }: SentAnswer, response: ServerResponse): void {
  const raw = typeof body === "string" || body instanceof Uint8Array;
  response.writeHead(status, { "content-type": raw ? "text/plain" : "application/json", ...headers });
  response.end(raw ? body : JSON.stringify(body));
}
