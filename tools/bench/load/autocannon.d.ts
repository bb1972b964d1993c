// What the benches use of autocannon, which ships no types.
declare module "autocannon" {
  import type { EventEmitter } from "node:events";

  interface Options {
    url: string;
    connections: number;
    /** Seconds; load ends at the first sample after it. */
    duration: number;
    /** Milliseconds between samples. */
    sampleInt: number;
    skipAggregateResult: boolean;
    verifyBody: (body: string) => boolean;
    requests: readonly {
      method: "POST";
      path: string;
      headers: Readonly<Record<string, string>>;
      body: Buffer;
    }[];
  }

  interface Result {
    non2xx: number;
    /** Requests without an answer, time-outs among them. */
    errors: number;
    /** Answers whose body `verifyBody` refused. */
    mismatches: number;
  }

  /** Emits `response` with client, status, bytes, and the time it took in milliseconds. */
  function autocannon(options: Options, done: (error: Error | null, result: Result) => void): EventEmitter;
  export = autocannon;
}
