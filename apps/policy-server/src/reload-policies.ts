import { errorText, type Logger } from "@kubewarden-ts/base";
import type { Evaluator } from "@kubewarden-ts/policy-evaluation";
import { readPolicies } from "./configuration-files.ts";

/**
 * Reads the policies file again and puts what changed in place. Whatever is wrong with the file or a policy is logged,
 * and what worked goes on.
 */
export async function reloadPolicies(
  evaluator: Pick<Evaluator, "reload">,
  path: string,
  log: Logger,
): Promise<void> {
  try {
    const { added, changed, removed, failures } = await evaluator.reload(await readPolicies(path));
    const failed = failures.map(({ policyId }) => policyId);
    log.info("policies reloaded", { added, changed, removed, failed });
  } catch (error) {
    log.error("policies cannot be reloaded", { path, error: errorText(error) });
  }
}
