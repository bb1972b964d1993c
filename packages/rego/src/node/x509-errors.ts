import { X509Error } from "@kubewarden-ts/x509";
import { type Builtin, checkSize } from "../core/builtin.ts";
import { BuiltinError, RegoError } from "../errors.ts";

/** What a function throws for a certificate or key that cannot be used: no result, or the end of the evaluation. */
export function fromX509Error(error: unknown): unknown {
  if (!(error instanceof X509Error)) return error;
  return error.code === "X509_LIMIT"
    ? new RegoError(error.message, { code: "REGO_LIMIT", cause: error })
    : new BuiltinError(error.message, { cause: error });
}

/** Characters of a result for each character of a certificate: most parts of it stand there several times. */
const growth = 6;

/** A function that reads certificates and keys, with the errors of this package. */
export function readingX509(builtin: Builtin): Builtin {
  return (operands, context) => {
    const length = operands.reduce((sum, text) => sum + (typeof text === "string" ? text.length : 0), 0);
    checkSize(growth * length, context);
    try {
      return builtin(operands, context);
    } catch (error) {
      throw fromX509Error(error);
    }
  };
}
