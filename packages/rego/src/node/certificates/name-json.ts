import { listOrNull, type PlainValue } from "../go/plain-value.ts";

/** An attribute of a name whose value may be of any type. */
export interface PlainAttribute {
  /** Object identifier. */
  readonly type: string;
  readonly value: PlainValue;
  /** Whether the value was a string in the certificate: times are written as strings too. */
  readonly isText: boolean;
}

/** The numbers of an object identifier. */
export function objectIdentifier(text: string): number[] {
  return text.split(".").map(Number);
}

const fields = {
  Country: "2.5.4.6",
  Organization: "2.5.4.10",
  OrganizationalUnit: "2.5.4.11",
  Locality: "2.5.4.7",
  Province: "2.5.4.8",
  StreetAddress: "2.5.4.9",
  PostalCode: "2.5.4.17",
} as const;

/** A distinguished name as Go's `pkix.Name`. */
export function nameJson(attributes: readonly PlainAttribute[]): PlainValue {
  const textsOf = (type: string): string[] =>
    attributes.flatMap((attribute) =>
      attribute.type === type && attribute.isText ? [String(attribute.value)] : [],
    );
  const lists = Object.entries(fields).map(([field, type]) => [field, listOrNull(textsOf(type))] as const);
  return {
    ...Object.fromEntries(lists),
    CommonName: textsOf("2.5.4.3").at(-1) ?? "",
    SerialNumber: textsOf("2.5.4.5").at(-1) ?? "",
    Names: listOrNull(attributes.map(attributeJson)),
    ExtraNames: null,
  };
}

export function attributeJson({ type, value }: Pick<PlainAttribute, "type" | "value">): PlainValue {
  return { Type: objectIdentifier(type), Value: value };
}
