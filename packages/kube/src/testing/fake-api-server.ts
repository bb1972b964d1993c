import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket } from "node:tls";
import type { ApiResource, ResourcePlace, ResourceReference } from "../resources/api-resource.ts";
import { type SentAnswer, sendAnswer, statusAnswer } from "./fake-answers.ts";
import { createFakeCluster, type FakeCluster, type FakeObject } from "./fake-cluster.ts";
import { fakeResource } from "./fake-kinds.ts";
import { builtInResources, routeRequest } from "./fake-routes.ts";
import type { FakeWatch, OpenedWatch } from "./fake-watch.ts";
import type { Admit } from "./fake-writes.ts";

/** A request as it came in. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  /** common name of the client certificate, with TLS */
  readonly peerName: string | undefined;
}

/** Which requests: all that is given must hold. */
export interface RequestMatch {
  readonly method?: string;
  readonly path?: string | RegExp;
  readonly watch?: boolean;
}

/** What a test wants in place of the usual answer. */
export type FakeAnswer =
  | SentAnswer
  /** no answer at all */
  | "hang"
  /** the connection is broken before an answer */
  | "drop"
  /** the connection is broken in the middle of the body */
  | "cut";

/** What the subject of a review may do; `undefined` for a review without status. */
export type Decide = (spec: Record<string, unknown>) => object | undefined;

/** An API server in this process, on a free port, that does what a test says. */
export interface FakeApiServer extends AsyncDisposable, Pick<FakeCluster, "undefine" | "remove"> {
  /** Serves one more kind. */
  define(resource: ResourcePlace | ApiResource): void;
  /**
   * Stores an object as it is, past every check.
   * @param edit - changes the JSON text that is sent, such as to write a number in another way
   */
  put(object: FakeObject, edit?: (json: string) => string): void;
  /** URL without a slash at its end */
  readonly url: string;
  /** everything that came in, in order */
  readonly requests: readonly FakeRequest[];
  count(match: RequestMatch): number;
  /** The next requests that match get these answers, one each. */
  answer(match: RequestMatch, ...answers: readonly FakeAnswer[]): void;
  /** All requests that match get this answer until the returned function is called. */
  answerAlways(match: RequestMatch, answer: FakeAnswer): () => void;
  /** Decides about subject access reviews; without, nothing is allowed. */
  decide: Decide;
  /** Sees every write through the API before it is stored, and may change or refuse it; lets all pass unless set. */
  admit: Admit;
  /** what is stored of a kind, sorted by namespace and name */
  stored(reference: ResourceReference): FakeObject[];
  /** the watches that are open */
  readonly watches: readonly FakeWatch[];
  /** Old resource versions and continue tokens answer 410 from now on. */
  compact(): void;
  /**
   * Resolves when the condition holds; it is asked whenever something happened here: a request that was answered, and whose
   * write is stored; a watch that ended; an object that the test put or removed.
   */
  until(condition: () => boolean): Promise<void>;
}

export interface FakeApiServerOptions {
  /** serves HTTPS with these */
  readonly tls?: ServerOptions;
  /** kinds besides the usual ones; `controllerKinds` are what a controller of policies needs */
  readonly kinds?: readonly ResourcePlace[];
  /** HTTP status for requests that must not pass: 401 or 403 */
  readonly authorize?: (request: FakeRequest) => 401 | 403 | undefined;
}

/**
 * Starts the fake; it knows the usual built-in kinds and holds no objects. What is written through the API gets uid,
 * creation time, resource version and generation; resource versions, uids and finalizers count as they do in a cluster.
 * It fills in no defaults, checks no schema, collects no garbage, and a namespace need not exist.
 * @example await using server = await createFakeApiServer();
 */
export async function createFakeApiServer(options: FakeApiServerOptions = {}): Promise<FakeApiServer> {
  const requests: FakeRequest[] = [];
  const rules: { match: RequestMatch; answers: FakeAnswer[]; always: boolean }[] = [];
  const watches = new Set<OpenedWatch>();
  const conditions = new Set<() => void>();
  let decide: Decide = () => ({ allowed: false });
  let admit: Admit = () => undefined;

  function happened(): void {
    for (const look of conditions) look();
  }

  const cluster = createFakeCluster(({ apiVersion, kind }) => {
    for (const watch of watches) {
      if (watch.resource.apiVersion === apiVersion && watch.resource.kind === kind) watch.catchUp();
    }
  });
  for (const resource of builtInResources) cluster.define(resource);
  for (const kind of options.kinds ?? []) cluster.define(fakeResource(kind));

  function scripted(request: FakeRequest): FakeAnswer | undefined {
    const rule = rules.find(({ match, answers }) => answers.length > 0 && matches(request, match));
    return rule?.always ? rule.answers[0] : rule?.answers.shift();
  }

  function keepWatch(watch: OpenedWatch, response: ServerResponse): void {
    watches.add(watch);
    response.on("close", () => {
      watches.delete(watch);
      happened();
    });
    watch.catchUp();
  }

  const listener: RequestListener = async (message, response) => {
    response.on("error", () => {});
    const request = await readRequest(message);
    requests.push(request);
    const answer = scripted(request) ?? refusal(options, request);
    if (answer !== undefined) perform(answer, response);
    else routeRequest(request, { cluster, decide, admit, response, keepWatch });
    happened();
  };

  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls ? "https" : "http"}://127.0.0.1:${port}`,
    requests,
    count: (match) => requests.filter((request) => matches(request, match)).length,
    answer: (match, ...answers) => void rules.push({ match, answers: [...answers], always: false }),
    answerAlways(match, answer) {
      const rule = { match, answers: [answer], always: true };
      rules.unshift(rule);
      return () => void rules.splice(rules.indexOf(rule), 1);
    },
    get decide() {
      return decide;
    },
    set decide(next) {
      decide = next;
    },
    get admit() {
      return admit;
    },
    set admit(next) {
      admit = next;
    },
    stored: (reference) => cluster.list(reference).map(({ object }) => object),
    get watches() {
      return [...watches];
    },
    define: (resource) => cluster.define(fakeResource(resource)),
    undefine: (reference) => cluster.undefine(reference),
    put(object, edit) {
      cluster.put(object, edit);
      happened();
    },
    remove(object) {
      cluster.remove(object);
      happened();
    },
    compact: () => cluster.compact(),
    async until(condition) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (condition()) resolve();
      };
      conditions.add(look);
      look();
      await promise;
      conditions.delete(look);
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function readRequest(message: IncomingMessage): Promise<FakeRequest> {
  const { pathname, searchParams } = new URL(message.url ?? "/", "http://fake.test");
  const { method = "GET", headers, socket } = message;
  const peer = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined;
  return {
    method,
    path: pathname,
    query: searchParams,
    headers,
    body: await text(message).catch(() => ""),
    peerName: Array.isArray(peer) ? peer[0] : peer,
  };
}

function matches({ method, path, query }: FakeRequest, match: RequestMatch): boolean {
  if (match.method !== undefined && match.method !== method) return false;
  if (match.watch !== undefined && match.watch !== (query.get("watch") === "true")) return false;
  return (
    match.path === undefined || (typeof match.path === "string" ? match.path === path : match.path.test(path))
  );
}

function refusal({ authorize }: FakeApiServerOptions, request: FakeRequest): SentAnswer | undefined {
  switch (authorize?.(request)) {
    case 401:
      return statusAnswer(401, "Unauthorized", "Unauthorized");
    case 403:
      return statusAnswer(403, "Forbidden", `${request.path} is forbidden: User "nobody" cannot do this`);
    default:
      return undefined;
  }
}

function perform(answer: FakeAnswer, response: ServerResponse): void {
  if (answer === "hang") return;
  if (answer === "drop") return void response.destroy();
  if (answer === "cut") {
    response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    response.write('{"kind":"List","items":[', () => response.destroy());
    return;
  }
  sendAnswer(answer, response);
}
