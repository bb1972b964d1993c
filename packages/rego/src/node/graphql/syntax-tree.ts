// The tree of a document, with the names it has as a value. A list that is empty is left out there, like all that is not set.

export type Comment = { readonly Value: string };

/** The lines of comments before a token. */
export type CommentGroup = { readonly List: readonly Comment[] };

export type TypeReference = {
  /** Empty for lists. */
  readonly NamedType: string;
  readonly Elem?: TypeReference | undefined;
  readonly NonNull: boolean;
};

export const valueKinds = {
  variable: 0,
  int: 1,
  float: 2,
  string: 3,
  block: 4,
  boolean: 5,
  null: 6,
  enum: 7,
  list: 8,
  object: 9,
} as const;

export type Value = {
  /** As it is written; empty for lists and objects. */
  readonly Raw: string;
  readonly Children: readonly ChildValue[];
  readonly Kind: number;
  readonly Comment?: CommentGroup | undefined;
  readonly ExpectedTypeHasDefault: false;
};

/** A member of an object, or an item of a list: that has no name. */
export type ChildValue = {
  readonly Name: string;
  readonly Value: Value;
  readonly Comment?: CommentGroup | undefined;
};

export type Argument = {
  readonly Name: string;
  readonly Value: Value;
  readonly Comment?: CommentGroup | undefined;
};

export type Directive = {
  readonly Name: string;
  readonly Arguments: readonly Argument[];
  readonly Location: "";
};

export type Field = {
  readonly Alias: string;
  readonly Name: string;
  readonly Arguments: readonly Argument[];
  readonly Directives: readonly Directive[];
  readonly SelectionSet: readonly Selection[];
  readonly Comment?: CommentGroup | undefined;
};

export type FragmentSpread = {
  readonly Name: string;
  readonly Directives: readonly Directive[];
  readonly Comment?: CommentGroup | undefined;
};

export type InlineFragment = {
  readonly TypeCondition: string;
  readonly Directives: readonly Directive[];
  readonly SelectionSet: readonly Selection[];
  readonly Comment?: CommentGroup | undefined;
};

export type Selection = Field | FragmentSpread | InlineFragment;

export function isField(selection: Selection): selection is Field {
  return "Alias" in selection;
}

export function isInlineFragment(selection: Selection): selection is InlineFragment {
  return "TypeCondition" in selection;
}

export type VariableDefinition = {
  readonly Variable: string;
  readonly Type: TypeReference;
  readonly DefaultValue?: Value | undefined;
  readonly Directives: readonly Directive[];
  readonly Comment?: CommentGroup | undefined;
  readonly Used: false;
};

export type OperationDefinition = {
  /** `query`, `mutation`, `subscription`; a query when it is empty. */
  readonly Operation: string;
  readonly Name: string;
  readonly VariableDefinitions: readonly VariableDefinition[];
  readonly Directives: readonly Directive[];
  readonly SelectionSet: readonly Selection[];
  readonly Comment?: CommentGroup | undefined;
};

export type FragmentDefinition = {
  readonly Name: string;
  readonly VariableDefinition: readonly VariableDefinition[];
  readonly TypeCondition: string;
  readonly Directives: readonly Directive[];
  readonly SelectionSet: readonly Selection[];
  readonly Comment?: CommentGroup | undefined;
};

export type QueryDocument = {
  readonly Operations: readonly OperationDefinition[];
  readonly Fragments: readonly FragmentDefinition[];
  readonly Comment?: CommentGroup | undefined;
};
