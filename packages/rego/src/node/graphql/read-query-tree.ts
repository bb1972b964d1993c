import { isObject, type RegoObject } from "../../core/value.ts";
import {
  readArgument,
  readComments,
  readDirective,
  readTypeReference,
  readValue,
} from "./read-value-tree.ts";
import type {
  Field,
  FragmentDefinition,
  OperationDefinition,
  QueryDocument,
  Selection,
  VariableDefinition,
} from "./syntax-tree.ts";
import {
  exactCase,
  flagMember,
  itemsOf,
  listMember,
  optionalMember,
  requiredMember,
  textMember,
} from "./tree-members.ts";

/** The tree of operations and fragments that a value stands for. @throws {BuiltinError} */
export function readQueryTree(node: RegoObject): QueryDocument {
  return {
    Operations: listMember(node, "Operations", readOperation),
    Fragments: listMember(node, "Fragments", readFragment),
    Comment: readComments(node, "Comment"),
  };
}

function readOperation(node: RegoObject): OperationDefinition {
  return {
    Operation: textMember(node, "Operation", exactCase),
    Name: textMember(node, "Name", exactCase),
    VariableDefinitions: listMember(node, "VariableDefinitions", readVariable, exactCase),
    Directives: listMember(node, "Directives", readDirective, exactCase),
    SelectionSet: readSelections(node),
  };
}

function readFragment(node: RegoObject): FragmentDefinition {
  return {
    Name: textMember(node, "Name", exactCase),
    VariableDefinition: listMember(node, "VariableDefinition", readVariable, exactCase),
    TypeCondition: textMember(node, "TypeCondition", exactCase),
    Directives: listMember(node, "Directives", readDirective, exactCase),
    SelectionSet: readSelections(node),
  };
}

function readVariable(node: RegoObject): VariableDefinition {
  flagMember(node, "Used"); // what it says is found out anew
  return {
    Variable: textMember(node, "Variable"),
    Type: requiredMember(node, "Type", readTypeReference),
    DefaultValue: optionalMember(node, "DefaultValue", readValue),
    Directives: listMember(node, "Directives", readDirective),
    Comment: readComments(node, "Comment"),
    Used: false,
  };
}

/** Whatever is selected is read as a field, fragments too, as OPA does: what is no object is passed over. */
function readSelections(node: RegoObject): readonly Selection[] {
  const items = itemsOf(exactCase(node, "SelectionSet"), "SelectionSet");
  return items.filter((item) => item !== null && isObject(item)).map(readField);
}

function readField(node: RegoObject): Field {
  return {
    Alias: textMember(node, "Alias", exactCase),
    Name: textMember(node, "Name", exactCase),
    Arguments: listMember(node, "Arguments", readArgument, exactCase),
    Directives: listMember(node, "Directives", readDirective, exactCase),
    SelectionSet: readSelections(node),
  };
}
