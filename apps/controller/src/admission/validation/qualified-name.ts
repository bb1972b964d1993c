const namePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const prefixPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const maxNameLength = 63;
const maxPrefixLength = 253;

const nameRule =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const nameExamples =
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const prefixRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const prefixExamples =
  "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** What keeps a text from being a qualified name, `name` or `prefix/name`: in Kubernetes' own words. */
export function qualifiedNameProblems(text: string): string[] {
  const parts = text.split("/");
  const [first = "", second] = parts;
  if (parts.length > 2) {
    return [
      `a valid label key ${nameRule} ${nameExamples} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  return second === undefined ? nameProblems(first) : [...prefixProblems(first), ...nameProblems(second)];
}

function prefixProblems(prefix: string): string[] {
  if (prefix === "") return ["prefix part must be non-empty"];
  return [
    ...(prefix.length > maxPrefixLength ? [`prefix part ${tooLong(maxPrefixLength)}`] : []),
    ...(prefixPattern.test(prefix) ? [] : [`prefix part ${prefixRule} ${prefixExamples}`]),
  ];
}

function nameProblems(name: string): string[] {
  if (name === "") return ["name part must be non-empty", `name part ${nameRule} ${nameExamples}`];
  return [
    ...(Buffer.byteLength(name) > maxNameLength ? [`name part ${tooLong(maxNameLength)}`] : []),
    ...(namePattern.test(name) ? [] : [`name part ${nameRule} ${nameExamples}`]),
  ];
}

function tooLong(bytes: number): string {
  return `must be no more than ${bytes} bytes`;
}
