import type { ApiResource } from "../resources/api-resource.ts";
import { qualified, type SentAnswer, statusAnswer } from "./fake-answers.ts";

export function alreadyExists(resource: ApiResource, name: string): SentAnswer {
  const details = { name, group: resource.group, kind: resource.plural };
  return statusAnswer(409, "AlreadyExists", `${qualified(resource)} "${name}" already exists`, details);
}

export function modified(resource: ApiResource, name: string): SentAnswer {
  return conflict(
    resource,
    name,
    "the object has been modified; please apply your changes to the latest version and try again",
  );
}

export function otherUid(resource: ApiResource, name: string, uid: string): SentAnswer {
  return conflict(resource, name, `Precondition failed: UID in precondition: ${uid}, another in object meta`);
}

/** What is applied says which object it means, and there is none. */
export function uidUnknown(resource: ApiResource, name: string, uid: string): SentAnswer {
  const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  return conflict(resource, name, why);
}

function conflict(resource: ApiResource, name: string, why: string): SentAnswer {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return statusAnswer(409, "Conflict", message, { name, group: resource.group, kind: resource.plural });
}
