import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import * as v from "valibot";
import type { TestProject } from "vitest/node";
import type { ControlPlaneOptions, StartedControlPlane } from "./start-control-plane.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** where test files ask for the control planes of the run: a `POST` of {@link ControlPlaneOptions} as JSON */
    controlPlanes: string;
  }
}

const Options = v.object({ programs: v.string(), controllers: v.boolean() });

/**
 * Vitest calls this once for a run, before its tests. Nothing is started yet: test files run in threads of their own,
 * and the first that asks makes us start the control plane, which the others then share.
 * @returns what Vitest calls when all tests are over, failed and broken ones too
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const planes = new Map<string, Promise<StartedControlPlane>>();
  const path = `/${randomUUID()}`; // a secret: what we hand out makes administrators
  const server = createServer(async (request, response) => {
    try {
      if (request.url !== path) throw new Error("no such path");
      const plane = await sharedPlane(planes, await optionsOf(request));
      response.end(JSON.stringify(plane.facts));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  project.provide("controlPlanes", `http://127.0.0.1:${address.port}${path}`);
  return async () => {
    server.close();
    const started = await Promise.allSettled(planes.values());
    await Promise.all(
      started.map((plane) => plane.status === "fulfilled" && plane.value[Symbol.asyncDispose]()),
    );
  };
}

async function optionsOf(request: IncomingMessage): Promise<ControlPlaneOptions> {
  return v.parse(Options, await json(request));
}

/** One that did not come up stays that way: each test file that asks gets the same error, at once. */
function sharedPlane(
  planes: Map<string, Promise<StartedControlPlane>>,
  options: ControlPlaneOptions,
): Promise<StartedControlPlane> {
  const kind = options.controllers ? "with controllers" : "bare";
  const plane = planes.get(kind) ?? startOne(options);
  planes.set(kind, plane);
  return plane;
}

/** Most runs need no control plane, and should not wait for its code. */
async function startOne(options: ControlPlaneOptions): Promise<StartedControlPlane> {
  const { startControlPlane } = await import("./start-control-plane.ts");
  return startControlPlane(options);
}
