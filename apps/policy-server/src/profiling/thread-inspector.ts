import { Session } from "node:inspector";

/** A thread of this process, as V8's inspector protocol reaches it. */
export interface InspectedThread {
  /** For people: `main`, or the number and name of a worker. */
  readonly name: string;
  /**
   * Calls a method of the protocol, such as `Profiler.start`.
   * @throws when the thread ends first, does not answer in time, or refuses
   */
  call(method: string, params?: object): Promise<unknown>;
}

export interface ThreadInspector extends Disposable {
  /** The threads there are; workers come and go. */
  threads(): readonly InspectedThread[];
}

const answerTimeoutMs = 10_000;

interface Messages {
  "NodeWorker.attachedToWorker": { sessionId: string; workerInfo: { title: string } };
  "NodeWorker.receivedMessageFromWorker": { sessionId: string; message: string };
  "NodeWorker.detachedFromWorker": { sessionId: string };
}

/**
 * Reaches this thread and all worker threads, those that start later included. No port is opened.
 * @param onThread - called with each thread once, before it is in `threads`
 */
export async function inspectThreads(onThread: (thread: InspectedThread) => void): Promise<ThreadInspector> {
  const session = new Session();
  session.connect();
  const post = (method: string, params: object = {}): Promise<unknown> =>
    new Promise((resolve, reject) => {
      session.post(method, params, (error, result) =>
        error === null ? resolve(result) : reject(new Error(`${method}: ${error.message}`)),
      );
    });
  const main: InspectedThread = { name: "main", call: post };
  onThread(main);
  const workers = new Map<string, RemoteThread>();
  const on = <Name extends keyof Messages>(name: Name, handle: (params: Messages[Name]) => void): void => {
    // events of the domain NodeWorker are not part of the types
    session.on(name as "inspectorNotification", ({ params }: { params: object }) =>
      handle(params as Messages[Name]),
    );
  };
  on("NodeWorker.attachedToWorker", ({ sessionId, workerInfo }) => {
    const send = (message: string): void =>
      session.post("NodeWorker.sendMessageToWorker", { sessionId, message });
    const worker = remoteThread(workerInfo.title, send);
    workers.set(sessionId, worker);
    onThread(worker);
  });
  on("NodeWorker.receivedMessageFromWorker", ({ sessionId, message }) =>
    workers.get(sessionId)?.receive(message),
  );
  on("NodeWorker.detachedFromWorker", ({ sessionId }) => {
    workers.get(sessionId)?.end();
    workers.delete(sessionId);
  });
  // known to the main thread only: asked from elsewhere, there is this thread alone
  await post("NodeWorker.enable", { waitForDebuggerOnStart: false }).catch(() => {});
  return {
    threads: () => [main, ...workers.values()],
    [Symbol.dispose]() {
      for (const worker of workers.values()) worker.end();
      session.disconnect();
    },
  };
}

interface RemoteThread extends InspectedThread {
  receive(message: string): void;
  end(): void;
}

function remoteThread(name: string, send: (message: string) => void): RemoteThread {
  const calls = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const fail = (id: number, error: Error): void => {
    calls.get(id)?.reject(error);
    calls.delete(id);
  };
  return {
    name,
    call(method, params = {}) {
      const id = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const timer = setTimeout(
        () => fail(id, new Error(`${method}: ${name} does not answer`)),
        answerTimeoutMs,
      );
      calls.set(id, { resolve, reject });
      send(JSON.stringify({ id, method, params }));
      return promise.finally(() => clearTimeout(timer));
    },
    receive(message) {
      const { id, result, error } = JSON.parse(message);
      if (error !== undefined) return fail(id, new Error(error.message));
      calls.get(id)?.resolve(result);
      calls.delete(id);
    },
    end() {
      for (const id of [...calls.keys()]) fail(id, new Error(`${name} has ended`));
    },
  };
}
