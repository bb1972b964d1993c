import { plainText, type TextAnswer, type TextRoutes } from "./http-server.ts";

/**
 * `GET /healthz`: 200 for as long as the process answers. `GET /readyz`: 200 once the webhooks are answered, 503 before
 * (controller.md 6.2; upstream's are pings, so that a rollout goes on to replicas that cannot answer).
 * @param problem - why this replica is not ready, `undefined` when it is
 */
export function probeRoutes(problem: () => string | undefined): TextRoutes {
  const health = (): TextAnswer => text(200, "ok");
  const readiness = (): TextAnswer => {
    const found = problem();
    return found === undefined ? text(200, "ok") : text(503, `not ready: ${found}`);
  };
  return { "/healthz": health, "/healthz/": health, "/readyz": readiness, "/readyz/": readiness };
}

function text(status: number, body: string): TextAnswer {
  return { status, contentType: plainText, body };
}
