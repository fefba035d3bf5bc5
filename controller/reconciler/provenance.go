package reconciler

import (
	"cmp"
	"context"
	"strconv"
	"strings"
)

// featureFlags are Tekton's, by their keys in the ConfigMap feature-flags, with
// their names in status.provenance and their defaults (NewFeatureFlagsFromMap in
// pkg/apis/config/feature_flags.go).
var featureFlags = []struct {
	key, name string
	otherwise any
}{
	{"disable-creds-init", "disableCredsInit", false},
	{"running-in-environment-with-injected-sidecars", "runningInEnvWithInjectedSidecars", true},
	{"require-git-ssh-secret-known-hosts", "requireGitSSHSecretKnownHosts", false},
	{"enable-api-fields", "enableAPIFields", "beta"},
	{"send-cloudevents-for-runs", "sendCloudEventsForRuns", true},
	{"await-sidecar-readiness", "awaitSidecarReadiness", true},
	{"enforce-nonfalsifiability", "enforceNonfalsifiability", "none"},
	{"keep-pod-on-cancel", "enableKeepPodOnCancel", false},
	{"trusted-resources-verification-no-match-policy", "verificationNoMatchPolicy", "ignore"},
	{"enable-provenance-in-status", "enableProvenanceInStatus", true},
	{"results-from", "resultExtractionMethod", "termination-message"},
	{"max-result-size", "maxResultSize", int64(4096)},
	{"set-security-context", "setSecurityContext", false},
	{"set-security-context-read-only-root-filesystem", "setSecurityContextReadOnlyRootFilesystem", false},
	{"coschedule", "coschedule", "workspaces"},
	{"enable-cel-in-whenexpression", "enableCELInWhenExpression", false},
	{"enable-param-enum", "enableParamEnum", false},
	{"enable-artifacts", "enableArtifacts", false},
	{"disable-inline-spec", "disableInlineSpec", ""},
	{"enable-concise-resolver-syntax", "enableConciseResolverSyntax", false},
	{"enable-kubernetes-sidecar", "enableKubernetesSidecar", false},
	{"enable-wait-exponential-backoff", "enableWaitExponentialBackoff", false},
	{"enable-termination-message-compression", "enableTerminationMessageCompression", false},
}

// provenance is what status.provenance says of this installation; nil where it
// is told to say nothing.
func (c *Controller) provenance(ctx context.Context) (map[string]any, error) {
	given, err := c.tektonsOptions(ctx)
	if err != nil {
		return nil, err
	}
	flags := map[string]any{}
	for _, flag := range featureFlags {
		switch otherwise := flag.otherwise.(type) {
		case bool:
			// As Go reads them; one that is none counts as not given.
			value, err := strconv.ParseBool(given[flag.key])
			if err != nil {
				value = otherwise
			}
			if value {
				flags[flag.name] = true
			}
		case int64:
			value, err := strconv.ParseInt(given[flag.key], 10, 32)
			if err != nil {
				value = otherwise
			}
			flags[flag.name] = value
		case string:
			if value := cmp.Or(strings.ToLower(given[flag.key]), otherwise); value != "" {
				flags[flag.name] = value
			}
		}
	}
	if flags["enableProvenanceInStatus"] == nil {
		return nil, nil
	}
	return map[string]any{"featureFlags": flags}, nil
}
