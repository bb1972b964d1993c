import { isPrintable, printable } from "@kubewarden-ts/base";
import { Document, visit } from "yaml";

const format = { indentSeq: false, lineWidth: 0, singleQuote: true, compat: "yaml-1.1" } as const;

/**
 * YAML as all commands write it: block style, lists not indented, YAML 1.1 booleans quoted (kwctl-and-oci.md 7). What a
 * terminal would not show is escaped.
 */
export function yamlText(value: unknown): string {
  const document = new Document(value, null, format);
  visit(document, {
    Scalar(_key, node) {
      // the one form that has escapes
      if (typeof node.value === "string" && !isPrintable(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return printable(document.toString(format));
}
