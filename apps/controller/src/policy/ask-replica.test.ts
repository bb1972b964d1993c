import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { type AskReplicaOptions, createAskReplica } from "./ask-replica.ts";

const report = JSON.stringify({ policies: [{ id: "clusterwide-a", state: "active" }] });

async function asked(listener: RequestListener, options: AskReplicaOptions = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    return await createAskReplica(options)({ ip: "127.0.0.1", port }, new AbortController().signal);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("createAskReplica", () => {
  it("asks for GET /policies", async () => {
    const seen: string[] = [];
    const told = await asked((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.end(report);
    });
    expect(seen).toEqual(["GET /policies"]);
    expect(told).toMatchObject({ kind: "told", policies: new Map([["clusterwide-a", { state: "active" }]]) });
  });

  it.each<[string, string, RequestListener, AskReplicaOptions]>([
    [
      "a server without that route",
      "answers with status 404",
      (_, response) => response.writeHead(404).end(),
      {},
    ],
    [
      "a redirection, which is not followed",
      "answers with status 302",
      (_, response) => response.writeHead(302, { location: "http://192.0.2.1/" }).end(),
      {},
    ],
    ["something else", "is not what a policy server says", (_, response) => response.end("<html>"), {}],
    ["an answer that does not come", "is not answered in time", () => {}, { timeoutMs: 20 }],
    [
      "an answer that does not end",
      "is not answered in time",
      (_, response) => response.write("{"),
      { timeoutMs: 20 },
    ],
    ["a broken connection", "ECONNRESET", (request) => request.socket.destroy(), {}],
    ["too long an answer", "more than 10 bytes", (_, response) => response.end(report), { maxBytes: 10 }],
  ])("is not told by %s", async (_row, problem, listener, options) => {
    expect(await asked(listener, options)).toEqual({
      kind: "untold",
      problem: expect.stringContaining(problem),
    });
  });

  it("is not told where nobody listens", async () => {
    const ask = createAskReplica();
    const found = await ask({ ip: "127.0.0.1", port: 1 }, new AbortController().signal);
    expect(found).toEqual({ kind: "untold", problem: "GET /policies: ECONNREFUSED" });
  });

  it("throws when it is stopped", async () => {
    await expect(createAskReplica()({ ip: "127.0.0.1", port: 1 }, AbortSignal.abort())).rejects.toThrow();
  });
});
