import { errorText } from "@kubewarden-ts/base";
import { parse as parseVersion } from "semver";
import { KwctlError } from "../../errors.ts";
import { type Mailbox, parseMailboxList } from "./mailbox-list.ts";
import { malformedAnnotation } from "./malformed-annotation.ts";

export type Annotations = Readonly<Record<string, string>>;

/** @throws {KwctlError} naming the key */
export function requiredAnnotation(annotations: Annotations, key: string): string {
  const value = own(annotations, key);
  if (value !== undefined && value.trim() !== "") return value;
  const message = `policy metadata must specify "${key}" in annotations`;
  throw new KwctlError(message, { code: "KWCTL_INPUT_INVALID" });
}

export function own(annotations: Annotations, key: string): string | undefined {
  return Object.hasOwn(annotations, key) ? annotations[key] : undefined;
}

/** A semantic version as it stands in the annotation. */
export function versionOf(annotations: Annotations, key: string): string {
  const version = requiredAnnotation(annotations, key);
  if (/^\d\S*$/.test(version) && parseVersion(version) !== null) return version;
  const message = `policy version must be in semver: expected a version such as 1.2.3, received '${version}'`;
  throw new KwctlError(message, { code: "KWCTL_INPUT_INVALID" });
}

/** An absolute URL, in its canonical form; `undefined` without the annotation. */
export function urlOf(annotations: Annotations, key: string): URL | undefined {
  const text = own(annotations, key);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url !== null) return url;
  throw malformedAnnotation(key, `must be a well formed URL: expected an absolute URL, received '${text}'`);
}

/** Words with commas between them; `undefined` without the annotation. */
export function wordsOf(annotations: Annotations, key: string): string[] | undefined {
  const words = own(annotations, key)
    ?.split(",")
    .map((word) => word.trim());
  if (words?.includes("")) throw malformedAnnotation(key, "is malformed, must be csv values");
  return words;
}

/** People with their names; `undefined` without the annotation. */
export function mailboxesOf(
  annotations: Annotations,
  key: string,
): { name: string; email: string }[] | undefined {
  const text = own(annotations, key);
  if (text === undefined) return undefined;
  return readMailboxes(text, key).map(({ name, email }) => {
    if (name !== undefined) return { name, email };
    throw malformedAnnotation(key, 'is malformed, must be csv values of "name <email>"');
  });
}

function readMailboxes(text: string, key: string): Mailbox[] {
  try {
    return parseMailboxList(text);
  } catch (error) {
    throw malformedAnnotation(key, `must be a well formed email: ${errorText(error)}`);
  }
}
