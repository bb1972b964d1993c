import type { RegoObject } from "../../core/value.ts";
import type { Argument, CommentGroup, Directive, TypeReference, Value } from "./syntax-tree.ts";
import {
  flagMember,
  integerMember,
  listMember,
  optionalMember,
  requiredMember,
  textMember,
} from "./tree-members.ts";

// Parts of trees that come as values. All throw `BuiltinError`.

export function readValue(node: RegoObject): Value {
  flagMember(node, "ExpectedTypeHasDefault"); // what it says is found out anew
  return {
    Raw: textMember(node, "Raw"),
    Children: listMember(node, "Children", readArgument),
    Kind: integerMember(node, "Kind"),
    Comment: readComments(node, "Comment"),
    ExpectedTypeHasDefault: false,
  };
}

export function readArgument(node: RegoObject): Argument {
  return {
    Name: textMember(node, "Name"),
    Value: requiredMember(node, "Value", readValue),
    Comment: readComments(node, "Comment"),
  };
}

export function readDirective(node: RegoObject): Directive {
  textMember(node, "Location"); // what it says is found out anew
  return {
    Name: textMember(node, "Name"),
    Arguments: listMember(node, "Arguments", readArgument),
    Location: "",
  };
}

export function readTypeReference(node: RegoObject): TypeReference {
  const name = textMember(node, "NamedType");
  const elem = name === "" ? requiredMember(node, "Elem", readTypeReference) : undefined;
  return { NamedType: name, Elem: elem, NonNull: flagMember(node, "NonNull") };
}

export function readComments(node: RegoObject, name: string): CommentGroup | undefined {
  return optionalMember(node, name, (group) => ({
    List: listMember(group, "List", (comment) => ({ Value: textMember(comment, "Value") })),
  }));
}
