// A policy in WASI mode that evaluates the CEL expression of its settings: a large module, with reflection, a parser
// and tables that are built at start.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
	kubewarden "github.com/kubewarden/policy-sdk-go"
)

type settings struct {
	Expression string `json:"expression"`
	Message    string `json:"message"`
}

type validationRequest struct {
	Request  map[string]any `json:"request"`
	Settings settings       `json:"settings"`
}

func main() {
	answer, err := run(os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Stdout.Write(answer)
}

func run(argv []string) ([]byte, error) {
	if len(argv) != 2 {
		return nil, fmt.Errorf("expected one argument, got %q", argv)
	}
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return nil, err
	}
	switch argv[1] {
	case "validate":
		return validate(input)
	case "validate-settings":
		return validateSettings(input)
	default:
		return nil, fmt.Errorf("unknown operation %q", argv[1])
	}
}

func validate(input []byte) ([]byte, error) {
	var given validationRequest
	if err := json.Unmarshal(input, &given); err != nil {
		return nil, err
	}
	program, err := compile(given.Settings.Expression)
	if err != nil {
		return nil, err
	}
	result, _, err := program.Eval(map[string]any{
		"object":    given.Request["object"],
		"oldObject": given.Request["oldObject"],
		"request":   given.Request,
	})
	if err != nil {
		return kubewarden.RejectRequest(kubewarden.Message("expression failed: "+err.Error()), 500)
	}
	return verdict(result.Value(), given.Settings)
}

func verdict(value any, given settings) ([]byte, error) {
	accepted, isBool := value.(bool)
	switch {
	case !isBool:
		return kubewarden.RejectRequest(kubewarden.Message(fmt.Sprintf("expression is %v", value)), 500)
	case accepted:
		return kubewarden.AcceptRequest()
	case given.Message != "":
		return kubewarden.RejectRequest(kubewarden.Message(given.Message), kubewarden.NoCode)
	default:
		return kubewarden.RejectRequest(kubewarden.Message("failed expression: "+given.Expression), kubewarden.NoCode)
	}
}

func validateSettings(input []byte) ([]byte, error) {
	var given settings
	if err := json.Unmarshal(input, &given); err != nil {
		return kubewarden.RejectSettings(kubewarden.Message(err.Error()))
	}
	if _, err := compile(given.Expression); err != nil {
		return kubewarden.RejectSettings(kubewarden.Message(err.Error()))
	}
	return kubewarden.AcceptSettings()
}

func compile(expression string) (cel.Program, error) {
	environment, err := cel.NewEnv(
		cel.Variable("object", cel.DynType),
		cel.Variable("oldObject", cel.DynType),
		cel.Variable("request", cel.DynType),
		ext.Strings(),
		ext.Lists(),
		ext.Sets(),
	)
	if err != nil {
		return nil, err
	}
	checked, issues := environment.Compile(expression)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	return environment.Program(checked)
}
