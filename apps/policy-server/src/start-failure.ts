import { errorText } from "@kubewarden-ts/base";
import { downloadName, PoliciesFileError, StartupError } from "@kubewarden-ts/policy-evaluation";

/**
 * What goes to standard error when the server cannot start: one line for each thing that is wrong, and each that
 * concerns a policy names it.
 * @example startFailureText(error) // "Error: policy 'psp': Policy settings are invalid: no message\n"
 */
export function startFailureText(error: unknown): string {
  return problemsOf(error)
    .map((problem) => `Error: ${problem}\n`)
    .join("");
}

function problemsOf(error: unknown): string[] {
  if (error instanceof StartupError) {
    return error.failures.map(({ policyId, message }) => namingPolicy(policyId, message));
  }
  if (error instanceof PoliciesFileError) return [...error.problems];
  return [errorText(error)];
}

/**
 * Some of upstream's texts name the policy, others do not. The one for modules, `bootstrap failure: <id>: <cause>`, is
 * for requests to a policy that could not be loaded: at the start upstream prints the cause alone (policy-server 3).
 */
function namingPolicy(policyId: string, message: string): string {
  const text = message.replace(`bootstrap failure: ${policyId}: `, "");
  const user = downloadName(policyId);
  const names = [
    ...[`policy '${policyId}'`, `policy ${policyId}:`, `policy '${user}'`],
    ...[`Policy '${user}' `, `policy ${user} failed`],
  ];
  const isNamed = names.some((name) => text.includes(name));
  return isNamed ? text : `policy '${policyId}': ${text}`;
}
