//go:build !wapc

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
)

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
		return validate(input, capabilities.NewHost().Client)
	case "validate-settings":
		return validateSettings(input)
	default:
		return nil, fmt.Errorf("unknown operation %q", argv[1])
	}
}
