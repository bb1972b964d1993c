import type { ServerResponse } from "node:http";
import type { ApiResource } from "../resources/api-resource.ts";
import type { FakeCluster, FakeEvent } from "./fake-cluster.ts";
import type { Selection } from "./fake-selection.ts";

/** A watch that a client holds open. */
export interface FakeWatch {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Sends any bytes. */
  send(text: string | Uint8Array): void;
  bookmark(): void;
  /** Ends it as an API server does when the time is over. */
  end(): void;
  /** Breaks the connection. */
  drop(): void;
}

export interface OpenedWatch extends FakeWatch {
  readonly resource: ApiResource;
  /** Sends what happened since the last event. */
  catchUp(): void;
}

export function openFakeWatch(options: {
  cluster: FakeCluster;
  resource: ApiResource;
  path: string;
  query: URLSearchParams;
  selection: Selection;
  response: ServerResponse;
}): OpenedWatch {
  const { cluster, resource, path, query, selection, response } = options;
  let sentVersion = Number(query.get("resourceVersion"));
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();

  function send(text: string | Uint8Array): void {
    response.write(text);
  }

  return {
    resource,
    path,
    query,
    send,
    bookmark() {
      const { apiVersion, kind } = resource;
      const object = { kind, apiVersion, metadata: { resourceVersion: String(cluster.version) } };
      send(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
    },
    catchUp() {
      for (const event of cluster.eventsAfter(resource, sentVersion)) {
        sentVersion = event.version;
        const line = lineOf(event, selection);
        if (line !== undefined) send(line);
      }
    },
    end: () => response.end(),
    drop: () => response.destroy(),
  };
}

/** An object that begins to match is added, one that ends to match is deleted. */
function lineOf({ before, after, version }: FakeEvent, selection: Selection): string | undefined {
  const was = before !== undefined && selection(before);
  if (after !== undefined && selection(after)) {
    return `{"type":"${was ? "MODIFIED" : "ADDED"}","object":${after.json}}\n`;
  }
  if (!was) return undefined;
  const json = before.json.replace(/"resourceVersion":"\d+"/, `"resourceVersion":"${version}"`);
  return `{"type":"DELETED","object":${json}}\n`;
}
