const token = "[!#$%&'*+.^_`|~0-9a-z-]+";
const json = new RegExp(`^application/(?:json|${token}\\+json)\\s*(?:;.*)?$`, "i");

/** Whether a `Content-Type` is `application/json` or `application/*+json`, with or without parameters (policy-server 4.2). */
export function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && json.test(contentType.trim());
}
