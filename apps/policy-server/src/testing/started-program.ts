import { startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { podReview } from "./reviews.ts";
import { type RunningProgram, startProgram } from "./running-program.ts";

/** The whole program with real policies, once it is ready. @throws what it wrote when it does not get there */
export async function startedProgram(
  policies: object,
  argv: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningProgram> {
  const started = await startProgram({ policies: JSON.stringify(policies), argv, env }, startEvaluator);
  if ("exit" in started) throw new Error(started.stderr);
  return started;
}

/** Posts a body, as text as it stands; the answer has to be JSON. */
export async function post(
  { port }: Pick<RunningProgram, "port">,
  path: string,
  body: unknown = podReview(),
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}
