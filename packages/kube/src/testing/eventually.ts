import { setImmediate } from "node:timers/promises";

/** Lets everything else run until the condition holds; the test's own time limit ends a wait for nothing. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate();
}
