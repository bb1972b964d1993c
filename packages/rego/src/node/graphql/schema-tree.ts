import type { CommentGroup, Directive, TypeReference, Value } from "./syntax-tree.ts";

// The tree of a schema, with the names it has as a value.

/** The comments around a description. */
export type DefinitionComments = {
  readonly BeforeDescriptionComment?: CommentGroup | undefined;
  readonly AfterDescriptionComment?: CommentGroup | undefined;
};

export type ArgumentDefinition = DefinitionComments & {
  readonly Description: string;
  readonly Name: string;
  readonly DefaultValue?: Value | undefined;
  readonly Type: TypeReference;
  readonly Directives: readonly Directive[];
};

/** A field of an object or of an input object. */
export type FieldDefinition = ArgumentDefinition & { readonly Arguments: readonly ArgumentDefinition[] };

export type EnumValueDefinition = DefinitionComments & {
  readonly Description: string;
  readonly Name: string;
  readonly Directives: readonly Directive[];
};

/** A type, or an extension of one. */
export type Definition = DefinitionComments & {
  /** `SCALAR`, `OBJECT`, `INTERFACE`, `UNION`, `ENUM`, `INPUT_OBJECT`. */
  readonly Kind: string;
  readonly Description: string;
  readonly Name: string;
  readonly Directives: readonly Directive[];
  readonly Interfaces: readonly string[];
  readonly Fields: readonly FieldDefinition[];
  /** Members of a union. */
  readonly Types: readonly string[];
  readonly EnumValues: readonly EnumValueDefinition[];
  readonly BuiltIn: boolean;
  readonly EndOfDefinitionComment?: CommentGroup | undefined;
};

export type DirectiveDefinition = DefinitionComments & {
  readonly Description: string;
  readonly Name: string;
  readonly Arguments: readonly ArgumentDefinition[];
  readonly Locations: readonly string[];
  readonly IsRepeatable: boolean;
};

export type OperationTypeDefinition = {
  readonly Operation: string;
  readonly Type: string;
  readonly Comment?: CommentGroup | undefined;
};

export type SchemaDefinition = DefinitionComments & {
  readonly Description: string;
  readonly Directives: readonly Directive[];
  readonly OperationTypes: readonly OperationTypeDefinition[];
  readonly EndOfDefinitionComment?: CommentGroup | undefined;
};

export type SchemaDocument = {
  readonly Schema: readonly SchemaDefinition[];
  readonly SchemaExtension: readonly SchemaDefinition[];
  readonly Directives: readonly DirectiveDefinition[];
  readonly Definitions: readonly Definition[];
  readonly Extensions: readonly Definition[];
  readonly Comment?: CommentGroup | undefined;
};
