import type { ResourceType } from "@kubewarden-ts/api";
import { type Policy, policyKinds } from "@kubewarden-ts/api/policies";

/** Where the API server has policies of this one's kind. */
export function typeOfPolicy({ kind }: Pick<Policy, "kind">): ResourceType<Policy> {
  const type = policyKinds.find((each) => each.kind === kind);
  if (type === undefined) throw new RangeError(`${JSON.stringify(kind)} is no kind of policies`);
  return type;
}
