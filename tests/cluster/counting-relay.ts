import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";
import * as v from "valibot";

/** What was asked through a relay. */
export interface AskedPair {
  /** of the object */
  readonly uid: string;
  /** unique name of the policy */
  readonly policy: string;
}

/** Stands between the scanner and a policy server, and notes what is asked. */
export interface CountingRelay extends AsyncDisposable {
  readonly url: string;
  /** What was asked since the last call. */
  taken(): readonly AskedPair[];
}

const Body = v.looseObject({
  request: v.looseObject({ uid: v.string() }),
  policies: v.optional(v.array(v.string())),
});

export interface RelayTarget {
  /** of the policy server, with the name that its certificate has */
  readonly url: string;
  /** `host:port` where it really is */
  readonly address: string;
  /** PEM certificate of its authority */
  readonly ca: string;
}

export async function startCountingRelay({ url: target, address, ca }: RelayTarget): Promise<CountingRelay> {
  const servername = new URL(target).hostname;
  const agent = new Agent({ connect: { ca, servername } });
  let asked: AskedPair[] = [];
  const relay = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { url = "/", method = "POST" } = incoming;
    const sent = await bytesOf(incoming);
    asked.push(...pairsOf(url, sent));
    const headers = { "content-type": "application/json" };
    const options = { method: method as "POST", headers, body: sent, dispatcher: agent };
    const answer = await request(`https://${address}${url}`, options);
    const body = Buffer.from(await answer.body.arrayBuffer());
    const batch = answer.headers["kubewarden-ts-batch"];
    outgoing
      .writeHead(answer.statusCode, batch === undefined ? {} : { "kubewarden-ts-batch": batch })
      .end(body);
  };
  const server = createServer((incoming, outgoing) => {
    relay(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken() {
      const pairs = asked;
      asked = [];
      return pairs;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await agent.close();
    },
  };
}

/** One policy stands in the path, several in the body (audit-and-reports.md 2.8, architecture.md 5). */
function pairsOf(url: string, body: Buffer): readonly AskedPair[] {
  const read = v.parse(Body, JSON.parse(body.toString()));
  const single = /^\/audit\/([^/?]+)/.exec(url)?.[1];
  const policies = single === undefined ? (read.policies ?? []) : [decodeURIComponent(single)];
  return policies.map((policy) => ({ uid: read.request.uid, policy }));
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}
