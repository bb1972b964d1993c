import { setTimeout as pause } from "node:timers/promises";
import { errorText, type Logger } from "@kubewarden-ts/base";
import type { Profiler } from "../profiling/profiler.ts";
import { errorResponse, type Handler, type HttpResponse } from "./message.ts";
import type { Route } from "./router.ts";

export interface ProfilingRouteDeps {
  readonly profiler: Pick<Profiler, "cpu" | "heap">;
  readonly log: Logger;
  /** Aborted when the server is asked to stop: a CPU profile then ends with what it has. */
  readonly stopping: AbortSignal;
}

const maxFrequencyHz = 1000;
const maxIntervalSeconds = 300;

/** `GET /debug/pprof/cpu?frequency=99&interval=30` and `GET /debug/pprof/heap` (policy-server 13). */
export function profilingRoutes({ profiler, log, stopping }: ProfilingRouteDeps): Route[] {
  const failed = (error: unknown): HttpResponse => {
    log.error("profile failed", { error: errorText(error) });
    return errorResponse(500, "Something went wrong");
  };
  const cpu: Handler = async ({ query = "" }) => {
    const asked = cpuQuery(query);
    if (typeof asked === "string") return textResponse(400, `Failed to deserialize query string: ${asked}`);
    const { frequency: frequencyHz, interval } = asked;
    // stopped early it is a shorter profile, and no failure
    const wait = () => pause(interval * 1000, undefined, { signal: stopping }).catch(() => {});
    const bytes = await profiler.cpu({ frequencyHz }, wait);
    return bytes === undefined ? failed("a CPU profile is being made") : attachment("cpu_profile", bytes);
  };
  const heap: Handler = async () => attachment("heap_profile", await profiler.heap());
  const common = { parameter: "none", method: "GET" } as const;
  return [
    { path: "/debug/pprof/cpu", ...common, handle: (request) => cpu(request).catch(failed) },
    { path: "/debug/pprof/heap", ...common, handle: (request) => heap(request).catch(failed) },
  ];
}

/** What is asked for, or what is wrong with it. Other parameters are ignored. */
function cpuQuery(query: string): { frequency: number; interval: number } | string {
  const parameters = new URLSearchParams(query);
  const asked = { frequency: 99, interval: 30 };
  const limits = { frequency: maxFrequencyHz, interval: maxIntervalSeconds };
  for (const name of ["frequency", "interval"] as const) {
    const text = parameters.get(name);
    if (text === null) continue;
    if (!/^\d+$/.test(text)) return `${name}: invalid digit found in string`;
    asked[name] = Number(text);
    if (asked[name] < 1 || asked[name] > limits[name])
      return `${name}: ${text} is not in 1..=${limits[name]}`;
  }
  return asked;
}

function textResponse(status: number, body: string): HttpResponse {
  return { status, headers: { "content-type": "text/plain; charset=utf-8" }, body };
}

function attachment(name: string, bytes: Uint8Array): HttpResponse {
  const headers = {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${name}"`,
  };
  return { status: 200, headers, body: "", bytes };
}
