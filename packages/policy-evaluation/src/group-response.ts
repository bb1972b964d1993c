import { errorText } from "@kubewarden-ts/base";
import { evaluateExpression, type GroupExpression } from "@kubewarden-ts/expression";
import { type AdmissionResponse, rejection, type StatusCause } from "@kubewarden-ts/protocol";

export interface GroupEvaluation {
  /** Of the request. */
  readonly uid: string;
  /** What the group says when it rejects. */
  readonly message: string;
  readonly expression: GroupExpression;
  /** Names of all members, in order of definition. */
  readonly members: readonly string[];
  /** The vanilla response of a member. What it throws ends the evaluation of the group. */
  readonly evaluateMember: (name: string) => Promise<AdmissionResponse>;
}

/**
 * Evaluates a policy group: only the members that its expression needs, one after the other (policy-server 6). An
 * error on the way rejects with code 500.
 */
export async function evaluateGroup(group: GroupEvaluation): Promise<AdmissionResponse> {
  const { uid, expression, evaluateMember } = group;
  const evaluated = new Map<string, AdmissionResponse>();
  const call = async (name: string): Promise<boolean> => {
    const response = refuseMutation(await evaluateMember(name));
    evaluated.set(name, response);
    return response.allowed;
  };
  try {
    return toGroupResponse(group, await evaluateExpression(expression, call), evaluated);
  } catch (error) {
    return rejection(uid, expressionFailure(error), 500);
  }
}

/** What a group says that has no value because of its expression or a member. */
export function expressionFailure(error: unknown): string {
  return `error evaluating policy group expression: ${errorText(error)}`;
}

function refuseMutation(response: AdmissionResponse): AdmissionResponse {
  return response.patch === undefined
    ? response
    : rejection(response.uid, "mutation is not allowed inside of policy group");
}

/**
 * The response of a group.
 * @param allowed - the value of its expression
 * @param evaluated - last response of each member that was evaluated
 */
export function toGroupResponse(
  { uid, message, members }: Pick<GroupEvaluation, "uid" | "message" | "members">,
  allowed: boolean,
  evaluated: ReadonlyMap<string, AdmissionResponse>,
): AdmissionResponse {
  if (allowed) return { uid, allowed, auditAnnotations: null, warnings: null };
  const causes = members.flatMap((name) => causeOf(name, evaluated.get(name)));
  const details = causes.length === 0 ? {} : { causes };
  return { uid, allowed, status: { message, details }, auditAnnotations: null, warnings: null };
}

function causeOf(name: string, response: AdmissionResponse | undefined): StatusCause[] {
  if (response === undefined || response.allowed) return [];
  return [{ reason: null, message: response.status?.message ?? null, field: `spec.policies.${name}` }];
}
