// A policy on the Go SDK that makes the host call its settings name, and rejects with all that was said, as JSON. It is
// built in WASI mode, which the SDK knows, and with the build tag `wapc` in waPC mode, with a client of our own.
package main

import (
	"encoding/json"

	kubewarden "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/protocol"
)

type settings struct {
	Call  string          `json:"call"`
	Input json.RawMessage `json:"input"`
}

// conversation is what went over the border, and what the SDK made of it.
type conversation struct {
	Binding   string `json:"binding"`
	Namespace string `json:"namespace"`
	Operation string `json:"operation"`
	// What the SDK sent.
	Payload string `json:"payload"`
	// What the host answered, byte for byte; absent after an error.
	Answer *string `json:"answer,omitempty"`
	// The error of the host, or of the SDK that could not read the answer.
	Error string `json:"error,omitempty"`
	// What the SDK hands to a policy.
	Result any `json:"result,omitempty"`
}

// recorder listens to a client of the SDK.
type recorder struct {
	client capabilities.WapcClient
	heard  conversation
}

func (r *recorder) HostCall(binding, namespace, operation string, payload []byte) ([]byte, error) {
	r.heard = conversation{Binding: binding, Namespace: namespace, Operation: operation, Payload: string(payload)}
	answer, err := r.client.HostCall(binding, namespace, operation, payload)
	if err == nil {
		text := string(answer)
		r.heard.Answer = &text
	}
	return answer, err
}

func validate(input []byte, client capabilities.WapcClient) ([]byte, error) {
	var request protocol.ValidationRequest
	if err := json.Unmarshal(input, &request); err != nil {
		return nil, err
	}
	var given settings
	if err := json.Unmarshal(request.Settings, &given); err != nil {
		return nil, err
	}
	record := &recorder{client: client}
	result, err := makeCall(&capabilities.Host{Client: record}, given)
	if err != nil {
		record.heard.Error = err.Error()
	} else {
		record.heard.Result = result
	}
	message, err := json.Marshal(record.heard)
	if err != nil {
		return nil, err
	}
	return kubewarden.RejectRequest(kubewarden.Message(message), kubewarden.NoCode)
}

func validateSettings(input []byte) ([]byte, error) {
	var given settings
	if err := json.Unmarshal(input, &given); err != nil {
		return kubewarden.RejectSettings(kubewarden.Message(err.Error()))
	}
	if _, found := calls[given.Call]; !found {
		return kubewarden.RejectSettings(kubewarden.Message("unknown call " + given.Call))
	}
	return kubewarden.AcceptSettings()
}
