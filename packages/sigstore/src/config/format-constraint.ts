import { Scalar, stringify } from "yaml";
import type { Constraint, Subject } from "./constraint.ts";

/**
 * The YAML text that names a constraint in an error (kwctl-and-oci 14). It is for reading: the form of a subject with a
 * tag is none that a configuration may have.
 */
export function formatConstraint(constraint: Constraint): string {
  return stringify(fieldsOf(constraint), {
    indentSeq: false,
    lineWidth: 0,
    singleQuote: true,
    blockQuote: "literal",
    compat: "yaml-1.1",
  });
}

function fieldsOf(constraint: Constraint): Readonly<Record<string, unknown>> {
  const { kind } = constraint;
  const annotations = constraint.annotations ?? null;
  switch (kind) {
    case "pubKey":
      return { kind, owner: constraint.owner ?? null, key: constraint.key, annotations };
    case "genericIssuer":
      return { kind, issuer: constraint.issuer, subject: tagged(constraint.subject), annotations };
    case "githubAction":
      return { kind, owner: constraint.owner, repo: constraint.repo ?? null, annotations };
    case "certificate": {
      const certificate = Buffer.from(constraint.certificate).toString("latin1");
      return { kind, certificate, requireRekorBundle: constraint.requireRekorBundle, annotations };
    }
  }
}

function tagged(subject: Subject): Scalar {
  const [form, text] = "equal" in subject ? ["equal", subject.equal] : ["urlPrefix", subject.urlPrefix];
  const scalar = new Scalar(text);
  scalar.tag = `!${form}`;
  return scalar;
}
