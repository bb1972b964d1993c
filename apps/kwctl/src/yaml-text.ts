import { stringify } from "yaml";

/** YAML as all commands write it: block style, lists not indented, YAML 1.1 booleans quoted (kwctl-and-oci.md 7). */
export function yamlText(value: unknown): string {
  return stringify(value, { indentSeq: false, lineWidth: 0, singleQuote: true, compat: "yaml-1.1" });
}
