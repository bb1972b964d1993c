package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
)

// probe is a built-in function, and a module whose query calls it.
type probe struct {
	Name             string `json:"name"`
	Arity            int    `json:"arity"`
	Nondeterministic bool   `json:"nondeterministic"`
	Query            string `json:"query"`
	Wasm             []byte `json:"wasm,omitempty"`
	// What the compiler says of the query, in place of a module.
	Error string `json:"error,omitempty"`
}

func writeBuiltins(encoder *json.Encoder) error {
	for _, builtin := range builtins {
		if err := encoder.Encode(probeOf(builtin)); err != nil {
			return err
		}
	}
	return nil
}

func probeOf(builtin *ast.Builtin) probe {
	made := probe{
		Name:             builtin.Name,
		Arity:            builtin.Decl.Arity(),
		Nondeterministic: builtin.Nondeterministic,
		Query:            queryOf(builtin),
	}
	wasm, err := compile([]func(*rego.Rego){
		rego.Query(made.Query),
		rego.SetRegoVersion(ast.RegoV1),
		rego.EnablePrintStatements(true),
	})
	if err != nil {
		made.Error = strings.SplitN(err.Error(), "\n", 2)[0]
		return made
	}
	made.Wasm = wasm
	return made
}

// queryOf calls a function with members of the input, whose types the compiler does not know.
func queryOf(builtin *ast.Builtin) string {
	arguments := make([]string, builtin.Decl.Arity())
	for index := range arguments {
		arguments[index] = fmt.Sprintf("input.a%d", index)
	}
	unifies := builtin.Name == ast.Assign.Name || builtin.Name == ast.Equality.Name
	if unifies {
		arguments[0] = "x"
	}
	call := fmt.Sprintf("%s(%s)", builtin.Name, strings.Join(arguments, ", "))
	if unifies || builtin.Decl.Result() == nil {
		return call
	}
	return "x = " + call
}
