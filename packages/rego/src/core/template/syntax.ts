/** What stands in a template, after it was read. */
export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly pipe: Pipeline }
  | {
      readonly kind: "if" | "with" | "range";
      readonly pipe: Pipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: "template"; readonly name: string; readonly pipe: Pipeline | undefined }
  | { readonly kind: "break" | "continue" };

/** Commands, each given what the one before made; the last result goes to the variables. */
export interface Pipeline {
  readonly variables: readonly string[];
  /** the variables are there already */
  readonly isAssignment: boolean;
  readonly commands: readonly (readonly TemplateTerm[])[];
}

export type TemplateTerm =
  | { readonly kind: "dot" | "nil" }
  | { readonly kind: "constant"; readonly value: boolean | string | bigint | number }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "pipe"; readonly pipe: Pipeline }
  /** members of a value; of the dot without one */
  | { readonly kind: "fields"; readonly of: TemplateTerm | undefined; readonly names: readonly string[] };

/** Templates by their names; the main one has the name of Go's caller, "template". */
export type Templates = ReadonlyMap<string, readonly TemplateNode[]>;
export const mainTemplate = "template";
