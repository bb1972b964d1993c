package main

import (
	"encoding/json"
	"fmt"

	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/crypto"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/kubernetes"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/net"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest_config"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/manifest_digest"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v1"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/oci/verify_v2"
)

type host = capabilities.Host

// rawInput is any call, past the SDK.
type rawInput struct {
	Binding   string `json:"binding"`
	Namespace string `json:"namespace"`
	Operation string `json:"operation"`
	Payload   string `json:"payload"`
}

type verifyInput struct {
	Image              string                        `json:"image"`
	Annotations        map[string]string             `json:"annotations"`
	PubKeys            []string                      `json:"pub_keys"`
	Keyless            []oci.KeylessInfo             `json:"keyless"`
	KeylessPrefix      []verify_v2.KeylessPrefixInfo `json:"keyless_prefix"`
	Owner              string                        `json:"owner"`
	Repo               string                        `json:"repo"`
	Certificate        string                        `json:"certificate"`
	CertificateChain   []string                      `json:"certificate_chain"`
	RequireRekorBundle bool                          `json:"require_rekor_bundle"`
}

type certificateInput struct {
	Certificate string   `json:"certificate"`
	Chain       []string `json:"chain"`
	NotAfter    string   `json:"not_after"`
}

// calls are all that the SDK offers, and `raw`.
var calls = map[string]func(*host, json.RawMessage) (any, error){
	"raw": with(func(h *host, in rawInput) (any, error) {
		answer, err := h.Client.HostCall(in.Binding, in.Namespace, in.Operation, []byte(in.Payload))
		return string(answer), err
	}),
	"log": with(func(h *host, event json.RawMessage) (any, error) {
		answer, err := h.Client.HostCall("kubewarden", "tracing", "log", event)
		return string(answer), err
	}),
	"lookup-host": with(func(h *host, name string) (any, error) {
		return net.LookupHost(h, name)
	}),
	"manifest": with(func(h *host, image string) (any, error) {
		return manifest.GetOCIManifest(h, image)
	}),
	"manifest-config": with(func(h *host, image string) (any, error) {
		return manifest_config.GetOCIManifestAndConfig(h, image)
	}),
	"manifest-digest": with(func(h *host, image string) (any, error) {
		return manifest_digest.GetOCIManifestDigest(h, image)
	}),
	"verify-pub-keys-v1": with(func(h *host, in verifyInput) (any, error) {
		return verify_v1.VerifyPubKeys(h, in.Image, in.PubKeys, in.Annotations)
	}),
	"verify-keyless-v1": with(func(h *host, in verifyInput) (any, error) {
		return verify_v1.VerifyKeyless(h, in.Image, in.Keyless, in.Annotations)
	}),
	"verify-pub-keys": with(func(h *host, in verifyInput) (any, error) {
		return verify_v2.VerifyPubKeysImage(h, in.Image, in.PubKeys, in.Annotations)
	}),
	"verify-keyless": with(func(h *host, in verifyInput) (any, error) {
		return verify_v2.VerifyKeylessExactMatch(h, in.Image, in.Keyless, in.Annotations)
	}),
	"verify-keyless-prefix": with(func(h *host, in verifyInput) (any, error) {
		return verify_v2.VerifyKeylessPrefixMatch(h, in.Image, in.KeylessPrefix, in.Annotations)
	}),
	"verify-github-actions": with(func(h *host, in verifyInput) (any, error) {
		return verify_v2.VerifyKeylessGithubActions(h, in.Image, in.Owner, in.Repo, in.Annotations)
	}),
	"verify-certificate": with(func(h *host, in verifyInput) (any, error) {
		certificate, chain := []rune(in.Certificate), runesOf(in.CertificateChain)
		return verify_v2.VerifyCertificate(h, in.Image, certificate, chain, in.RequireRekorBundle, in.Annotations)
	}),
	"is-certificate-trusted": with(func(h *host, in certificateInput) (any, error) {
		var chain []crypto.Certificate
		for _, data := range runesOf(in.Chain) {
			chain = append(chain, crypto.Certificate{Encoding: crypto.Pem, Data: data})
		}
		leaf := crypto.Certificate{Encoding: crypto.Pem, Data: []rune(in.Certificate)}
		return crypto.VerifyCert(h, leaf, chain, in.NotAfter)
	}),
	"list-resources": with(func(h *host, in kubernetes.ListAllResourcesRequest) (any, error) {
		return textOf(kubernetes.ListResources(h, in))
	}),
	"list-resources-by-namespace": with(func(h *host, in kubernetes.ListResourcesByNamespaceRequest) (any, error) {
		return textOf(kubernetes.ListResourcesByNamespace(h, in))
	}),
	"get-resource": with(func(h *host, in kubernetes.GetResourceRequest) (any, error) {
		return textOf(kubernetes.GetResource(h, in))
	}),
	"can-i": with(func(h *host, in kubernetes.CanIRequest) (any, error) {
		return kubernetes.CanI(h, in)
	}),
}

func makeCall(h *host, given settings) (any, error) {
	call, found := calls[given.Call]
	if !found {
		return nil, fmt.Errorf("unknown call %q", given.Call)
	}
	return call(h, given.Input)
}

// with reads the input of a call as its type.
func with[Input any](call func(*host, Input) (any, error)) func(*host, json.RawMessage) (any, error) {
	return func(h *host, text json.RawMessage) (any, error) {
		var in Input
		if err := json.Unmarshal(text, &in); err != nil {
			return nil, err
		}
		return call(h, in)
	}
}

// runesOf spells texts the way the SDK takes certificates: a number for each byte of ASCII.
func runesOf(texts []string) [][]rune {
	var made [][]rune
	for _, text := range texts {
		made = append(made, []rune(text))
	}
	return made
}

func textOf(answer []byte, err error) (any, error) {
	return string(answer), err
}
