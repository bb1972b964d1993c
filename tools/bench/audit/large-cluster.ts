import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { cap, namespace } from "../../../apps/audit-scanner/src/scan/testing/scan-fixtures.ts";
import { fakeScannedCluster } from "../../../apps/audit-scanner/src/testing/scanned-cluster.ts";
import { namespaceCount, podManifest } from "./pod-manifest.ts";

/** A fake API server that holds any number of Pods, and the reports about them, without much memory. */
export interface LargeCluster extends AsyncDisposable {
  readonly url: string;
  /** requests since it was asked last */
  takeRequests(): number;
}

/** Pods are made when they are listed, reports kept as bytes; all else is up to the fake that tests use. */
export async function startLargeCluster(objects: number, policies: readonly string[]): Promise<LargeCluster> {
  const spaces = Array.from({ length: namespaceCount }, (_, index) => namespace(`team-${index}`));
  const fake = await fakeScannedCluster([...spaces, ...policies.map((name) => cap(name))]);
  const reports = createReports();
  let requests = 0;
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests++;
    const { method = "GET", url = "/" } = incoming;
    const { pathname, searchParams } = new URL(url, fake.url);
    if (method === "GET" && pathname === "/api/v1/pods") {
      return send(
        response,
        200,
        page(searchParams, objects, (index) => storedPod(index)),
      );
    }
    if (!pathname.includes("/reports")) return forward(incoming, response, fake.url + url);
    if (method !== "GET") return send(response, 201, reports.write(await buffer(incoming)));
    send(
      response,
      200,
      page(searchParams, reports.count(), (index) => reports.at(index)),
    );
  };
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeRequests() {
      const taken = requests;
      requests = 0;
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await fake[Symbol.asyncDispose]();
    },
  };
}

function storedPod(index: number): Buffer {
  const { metadata, spec } = podManifest(index);
  const version = { uid: `uid-of-${index}`, resourceVersion: String(index + 1) };
  return Buffer.from(JSON.stringify({ metadata: { ...metadata, ...version }, spec }));
}

/** Reports as the API server gives them back. */
function createReports() {
  const places = new Map<string, number>();
  const stored: Buffer[] = [];
  return {
    count: () => stored.length,
    at: (index: number) => stored[index] ?? Buffer.alloc(0),
    /** @returns what is answered: its metadata */
    write(body: Buffer): Buffer {
      const report = JSON.parse(body.toString());
      const { name } = report.metadata;
      const place = places.getOrInsertComputed(name, () => places.size);
      Object.assign(report.metadata, { uid: `report-${name}`, resourceVersion: String(place + 1) });
      stored[place] = Buffer.from(JSON.stringify(report));
      return Buffer.from(JSON.stringify({ metadata: report.metadata }));
    },
  };
}

/** Continues after a number of items. */
function page(query: URLSearchParams, count: number, item: (index: number) => Buffer): Buffer {
  const start = Number(query.get("continue") ?? 0);
  const end = Math.min(count, start + Number(query.get("limit") ?? count));
  const metadata = { resourceVersion: "1", ...(end < count && { continue: String(end) }) };
  const items = Array.from({ length: end - start }, (_, index) => item(start + index).toString());
  return Buffer.from(
    `{"kind":"List","apiVersion":"v1","metadata":${JSON.stringify(metadata)},"items":[${items}]}`,
  );
}

function send(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

function forward(incoming: IncomingMessage, response: ServerResponse, url: string): Promise<void> {
  const { method, headers } = incoming;
  return new Promise((resolve, reject) => {
    const forwarded = request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response).once("finish", resolve);
    });
    forwarded.once("error", reject);
    incoming.pipe(forwarded);
  });
}
