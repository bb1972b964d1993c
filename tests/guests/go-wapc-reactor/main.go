// A policy in waPC mode, built by the standard Go compiler as a reactor: its runtime starts in `_initialize`, and only a
// host that calls it can use the module. No SDK: this is the bare contract.
package main

import (
	"encoding/json"
	"fmt"
)

type settings struct {
	Message string `json:"message"`
}

type validationRequest struct {
	Request struct {
		Object struct {
			Metadata struct {
				Labels map[string]string `json:"labels"`
			} `json:"metadata"`
		} `json:"object"`
	} `json:"request"`
	Settings settings `json:"settings"`
}

type validationResponse struct {
	Accepted bool   `json:"accepted"`
	Message  string `json:"message,omitempty"`
}

// Set by package initialisation, which runs inside `_initialize`.
var defaultMessage = fmt.Sprintf("label %s is set", "forbidden")

func main() {}

func handle(operation string, payload []byte) ([]byte, error) {
	switch operation {
	case "protocol_version":
		return []byte(`"v1"`), nil
	case "validate":
		return validate(payload)
	case "validate_settings":
		return []byte(`{"valid":true}`), nil
	default:
		return nil, fmt.Errorf("unknown operation %s", operation)
	}
}

func validate(payload []byte) ([]byte, error) {
	var given validationRequest
	if err := json.Unmarshal(payload, &given); err != nil {
		return nil, err
	}
	labels := given.Request.Object.Metadata.Labels
	if _, found := labels["forbidden"]; found {
		return reject(messageOf(given.Settings))
	}
	if name, found := labels["resolve"]; found {
		return resolve(name)
	}
	return json.Marshal(validationResponse{Accepted: true})
}

func messageOf(given settings) string {
	if given.Message == "" {
		return defaultMessage
	}
	return given.Message
}

// resolve asks the host for the addresses of a name and rejects with what the host answered.
func resolve(name string) ([]byte, error) {
	question, err := json.Marshal(name)
	if err != nil {
		return nil, err
	}
	answer, err := askHost("net", "v1/dns_lookup_host", question)
	if err != nil {
		return reject("host error: " + err.Error())
	}
	return reject(name + " is " + string(answer))
}

func reject(message string) ([]byte, error) {
	return json.Marshal(validationResponse{Message: message})
}
