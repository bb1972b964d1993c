import { BuiltinError } from "../../errors.ts";
import type { Builtin, BuiltinTable } from "../builtin.ts";
import { textOfBytes } from "../go/text.ts";
import { parseGoUrl } from "../go/url.ts";
import { hostAndPort } from "../go/url-host.ts";
import { stringOperand } from "../operands.ts";
import { objectOf } from "../value.ts";

const isValid: Builtin = ([text]) =>
  typeof text === "string" && text !== "" && parseGoUrl(text) !== undefined;

/** The parts that are not empty; `raw_path` is there whenever `path` is. */
const parse: Builtin = (operands) => {
  const url = parseGoUrl(stringOperand(operands, 0));
  if (url === undefined) throw new BuiltinError("invalid URL");
  const { host, port } = hostAndPort(url.host);
  const parts = Object.entries({
    scheme: url.scheme,
    hostname: host,
    port,
    path: url.path,
    raw_path: url.path === "" ? "" : url.rawPath || url.path,
    raw_query: url.rawQuery,
    fragment: url.fragment,
  });
  return objectOf(
    parts.filter(([, text]) => text !== "").map(([name, text]) => [name, textOfBytes(text)] as const),
  );
};

export const uriBuiltins: BuiltinTable = { "uri.is_valid": isValid, "uri.parse": parse };
