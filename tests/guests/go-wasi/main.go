// A policy in WASI mode, on the Go SDK: what `tests/guests/README.md` says it does, in the order of the cases below.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	corev1 "github.com/kubewarden/k8s-objects/api/core/v1"
	kubewarden "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/net"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

// What most requests are decided by: the rest of the object is not decoded.
type labelled struct {
	Metadata struct {
		Labels map[string]string `json:"labels"`
	} `json:"metadata"`
}

type settings struct {
	Message *string `json:"message"`
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
	var request protocol.ValidationRequest
	if err := json.Unmarshal(input, &request); err != nil {
		return nil, err
	}
	var given settings
	if err := json.Unmarshal(request.Settings, &given); err != nil {
		return nil, err
	}
	var object labelled
	if err := json.Unmarshal(request.Request.Object, &object); err != nil {
		return nil, err
	}
	return decide(object.Metadata.Labels, request.Request.Object, given)
}

func decide(labels map[string]string, object json.RawMessage, given settings) ([]byte, error) {
	if text, found := labels["fail-with"]; found {
		return nil, errors.New(text)
	}
	if _, found := labels["forbidden"]; found {
		return kubewarden.RejectRequest(rejection(given), 403)
	}
	if host, found := labels["resolve"]; found {
		return resolve(host)
	}
	if _, found := labels["stamp"]; found {
		return stamp(object)
	}
	return kubewarden.AcceptRequest()
}

// stamp changes the label; everything else of the object comes from its typed form.
func stamp(object json.RawMessage) ([]byte, error) {
	var pod corev1.Pod
	if err := json.Unmarshal(object, &pod); err != nil {
		return nil, err
	}
	pod.Metadata.Labels["stamp"] = "stamped"
	return kubewarden.MutateRequest(pod)
}

func rejection(given settings) kubewarden.Message {
	if given.Message == nil {
		return "label forbidden is set"
	}
	return kubewarden.Message(*given.Message)
}

// resolve asks the host for the addresses of a name and rejects with what the host answered.
func resolve(name string) ([]byte, error) {
	host := capabilities.NewHost()
	addresses, err := net.LookupHost(&host, name)
	if err != nil {
		return kubewarden.RejectRequest(kubewarden.Message("host error: "+err.Error()), kubewarden.NoCode)
	}
	text := fmt.Sprintf("%s is %s", name, strings.Join(addresses, ", "))
	return kubewarden.RejectRequest(kubewarden.Message(text), kubewarden.NoCode)
}

func validateSettings(input []byte) ([]byte, error) {
	var given settings
	if err := json.Unmarshal(input, &given); err != nil {
		return kubewarden.RejectSettings(kubewarden.Message(err.Error()))
	}
	if given.Message != nil && *given.Message == "" {
		return kubewarden.RejectSettings("message must not be empty")
	}
	return kubewarden.AcceptSettings()
}
