import { type FieldError, invalid } from "../field-error.ts";

/** The longest time that the API server waits for a webhook, in seconds. */
const maxSeconds = 30;
const apiServerLimit = `${maxSeconds} (Kubernetes webhook max timeout)`;

/** A policy cannot evaluate for longer than the API server waits (controller.md 2.3). In seconds. */
export function policyTimeoutErrors(
  timeoutEvalSeconds: number | undefined,
  timeoutSeconds: number,
): FieldError[] {
  if (timeoutEvalSeconds === undefined || timeoutEvalSeconds <= timeoutSeconds) return [];
  const detail = "timeoutEvalSeconds cannot be greater than timeoutSeconds";
  return [invalid("spec.timeoutEvalSeconds", timeoutEvalSeconds, detail)];
}

/** Of a group's members: each and all together, as they may be evaluated one after the other. In seconds. */
export function memberTimeoutErrors(
  members: readonly (readonly [name: string, timeoutEvalSeconds: number | undefined])[],
  timeoutSeconds: number,
): FieldError[] {
  const limits = [
    { seconds: maxSeconds, text: apiServerLimit },
    { seconds: timeoutSeconds, text: `group timeoutSeconds (${timeoutSeconds})` },
  ];
  const single = members.flatMap(([name, seconds = 0]) =>
    limits
      .filter((limit) => seconds > limit.seconds)
      .map(({ text }) =>
        invalid(
          `spec.policies[${name}].timeoutEvalSeconds`,
          seconds,
          `timeoutEvalSeconds cannot be greater than ${text}`,
        ),
      ),
  );
  const sum = members.reduce((total, [, seconds = 0]) => total + seconds, 0);
  const together = limits
    .toReversed()
    .filter((limit) => sum > limit.seconds)
    .map(({ text }) =>
      invalid(
        "spec.policies",
        sum,
        `the sum of all members' timeoutEvalSeconds cannot be greater than ${text}`,
      ),
    );
  return [...single, ...together];
}
