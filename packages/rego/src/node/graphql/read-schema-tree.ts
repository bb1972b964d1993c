import type { RegoObject } from "../../core/value.ts";
import { readComments, readDirective, readTypeReference, readValue } from "./read-value-tree.ts";
import type {
  ArgumentDefinition,
  Definition,
  DefinitionComments,
  DirectiveDefinition,
  FieldDefinition,
  SchemaDefinition,
  SchemaDocument,
} from "./schema-tree.ts";
import {
  flagMember,
  listMember,
  optionalMember,
  requiredMember,
  textMember,
  textsMember,
} from "./tree-members.ts";

/** The tree of a schema that a value stands for. @throws {BuiltinError} */
export function readSchemaTree(node: RegoObject): SchemaDocument {
  return {
    Schema: listMember(node, "Schema", readSchemaDefinition),
    SchemaExtension: listMember(node, "SchemaExtension", readSchemaDefinition),
    Directives: listMember(node, "Directives", readDirectiveDefinition),
    Definitions: listMember(node, "Definitions", readDefinition),
    Extensions: listMember(node, "Extensions", readDefinition),
    Comment: readComments(node, "Comment"),
  };
}

/** What all definitions begin with. */
function readBeginning(node: RegoObject): DefinitionComments & { Description: string } {
  return {
    Description: textMember(node, "Description"),
    BeforeDescriptionComment: readComments(node, "BeforeDescriptionComment"),
    AfterDescriptionComment: readComments(node, "AfterDescriptionComment"),
  };
}

function readSchemaDefinition(node: RegoObject): SchemaDefinition {
  return {
    ...readBeginning(node),
    Directives: listMember(node, "Directives", readDirective),
    OperationTypes: listMember(node, "OperationTypes", (type) => ({
      Operation: textMember(type, "Operation"),
      Type: textMember(type, "Type"),
      Comment: readComments(type, "Comment"),
    })),
    EndOfDefinitionComment: readComments(node, "EndOfDefinitionComment"),
  };
}

function readDefinition(node: RegoObject): Definition {
  return {
    ...readBeginning(node),
    Kind: textMember(node, "Kind"),
    Name: textMember(node, "Name"),
    Directives: listMember(node, "Directives", readDirective),
    Interfaces: textsMember(node, "Interfaces"),
    Fields: listMember(node, "Fields", readField),
    Types: textsMember(node, "Types"),
    EnumValues: listMember(node, "EnumValues", (value) => ({
      ...readBeginning(value),
      Name: textMember(value, "Name"),
      Directives: listMember(value, "Directives", readDirective),
    })),
    BuiltIn: flagMember(node, "BuiltIn"),
    EndOfDefinitionComment: readComments(node, "EndOfDefinitionComment"),
  };
}

function readField(node: RegoObject): FieldDefinition {
  return { ...readArgument(node), Arguments: listMember(node, "Arguments", readArgument) };
}

function readArgument(node: RegoObject): ArgumentDefinition {
  return {
    ...readBeginning(node),
    Name: textMember(node, "Name"),
    DefaultValue: optionalMember(node, "DefaultValue", readValue),
    Type: requiredMember(node, "Type", readTypeReference),
    Directives: listMember(node, "Directives", readDirective),
  };
}

function readDirectiveDefinition(node: RegoObject): DirectiveDefinition {
  return {
    ...readBeginning(node),
    Name: textMember(node, "Name"),
    Arguments: listMember(node, "Arguments", readArgument),
    Locations: textsMember(node, "Locations"),
    IsRepeatable: flagMember(node, "IsRepeatable"),
  };
}
