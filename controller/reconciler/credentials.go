package reconciler

import (
	"context"
	"fmt"
	"strings"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// giveAccount adds a ServiceAccount and its Secrets to the request. One that
// doesn't exist ends the run, as with Tekton: no Pod could be created.
func (c *Controller) giveAccount(ctx context.Context, run *unstructured.Unstructured, name string, request *colocationv1.PlanRequest) error {
	account, secrets, err := c.options.Accounts(ctx, run.GetNamespace(), name)
	if apierrors.IsNotFound(err) {
		return &refusal{reason: "PodCreationFailed", message: err.Error()}
	}
	if err != nil {
		return err
	}
	c.warnOfSecrets(run, account, secrets)
	request.Cluster.ServiceAccounts = append(request.Cluster.ServiceAccounts, account)
	request.Cluster.Secrets = append(request.Cluster.Secrets, secrets...)
	return nil
}

// warnOfSecrets says what Tekton says of Secrets that don't exist (credsInit in
// pkg/pod/creds_init.go).
func (c *Controller) warnOfSecrets(run *unstructured.Unstructured, account *colocationv1.ServiceAccount, secrets []*colocationv1.Secret) {
	found := map[string]bool{}
	for _, secret := range secrets {
		found[secret.Metadata.GetName()] = true
	}
	var missing []string
	for _, reference := range account.Secrets {
		if !found[reference.GetName()] {
			missing = append(missing, reference.GetName())
		}
	}
	if len(missing) > 0 {
		c.recorder.Event(run, corev1.EventTypeWarning, "FailedToRetrieveSecret",
			fmt.Sprintf("Steps have no credentials of Secrets that don't exist: %s", strings.Join(missing, ", ")))
	}
}
