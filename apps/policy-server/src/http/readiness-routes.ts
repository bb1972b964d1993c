import { emptyResponse } from "./message.ts";
import type { Route } from "./router.ts";

/**
 * `GET /readiness`: 200 with an empty body, 503 while the server shuts down. Before it is ready the listener is not bound.
 * @param isReady - asked at each request
 */
export function readinessRoutes(isReady: () => boolean): Route[] {
  const handle = async () => emptyResponse(isReady() ? 200 : 503);
  return [{ path: "/readiness", parameter: "none", method: "GET", handle }];
}
