// Package accounts asks for the ServiceAccounts of runs, without the data of their
// Secrets.
package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/colocation/colocation/bindings/go/colocationv1"
	"google.golang.org/protobuf/proto"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// Ask knows ServiceAccounts and, of their Secrets that exist, all that
// Tekton's credentials depend on: never the data.
type Ask func(ctx context.Context, namespace, name string) (*colocationv1.ServiceAccount, []*colocationv1.Secret, error)

// asTable asks for what `kubectl get` prints: metadata, and columns with the type
// and the number of keys. A Secret's metadata alone has no type.
const asTable = "application/json;as=Table;v=v1;g=meta.k8s.io"

// New asks the API server for Secrets as tables, so that no data of a
// Secret gets here.
func New(client kubernetes.Interface) Ask {
	return func(ctx context.Context, namespace, name string) (*colocationv1.ServiceAccount, []*colocationv1.Secret, error) {
		account, err := client.CoreV1().ServiceAccounts(namespace).Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return nil, nil, err
		}
		known := &colocationv1.ServiceAccount{Metadata: metadataOf(namespace, name)}
		var secrets []*colocationv1.Secret
		asked := map[string]bool{}
		for _, reference := range account.Secrets {
			if reference.Name == "" || asked[reference.Name] {
				continue
			}
			asked[reference.Name] = true
			known.Secrets = append(known.Secrets, &colocationv1.ObjectReference{Name: proto.String(reference.Name)})
			table, err := client.CoreV1().RESTClient().Get().Namespace(namespace).Resource("secrets").
				Name(reference.Name).SetHeader("Accept", asTable).Do(ctx).Raw()
			if apierrors.IsNotFound(err) {
				continue
			}
			if err != nil {
				return nil, nil, err
			}
			secret, err := secretOf(namespace, reference.Name, table)
			if err != nil {
				return nil, nil, fmt.Errorf("secret %s: %w", reference.Name, err)
			}
			secrets = append(secrets, secret)
		}
		return known, secrets, nil
	}
}

// secretOf reads the table of one Secret. Of its annotations only Tekton's are
// taken: others may hold a copy of the data.
func secretOf(namespace, name string, text []byte) (*colocationv1.Secret, error) {
	var table metav1.Table
	if err := json.Unmarshal(text, &table); err != nil {
		return nil, err
	}
	if table.Kind != "Table" || len(table.Rows) != 1 {
		return nil, fmt.Errorf("the API server gave no table of one row")
	}
	secret := &colocationv1.Secret{Metadata: metadataOf(namespace, name)}
	for i, column := range table.ColumnDefinitions {
		if column.Name == "Type" && i < len(table.Rows[0].Cells) {
			kind, _ := table.Rows[0].Cells[i].(string)
			secret.Type = proto.String(kind)
		}
	}
	if secret.Type == nil {
		return nil, fmt.Errorf("the API server's table has no column Type")
	}
	var object metav1.PartialObjectMetadata
	if err := json.Unmarshal(table.Rows[0].Object.Raw, &object); err != nil {
		return nil, err
	}
	secret.Metadata.Annotations = map[string]string{}
	for key, value := range object.Annotations {
		if strings.HasPrefix(key, "tekton.dev/git-") || strings.HasPrefix(key, "tekton.dev/docker-") {
			secret.Metadata.Annotations[key] = value
		}
	}
	return secret, nil
}

func metadataOf(namespace, name string) *colocationv1.ObjectMeta {
	return &colocationv1.ObjectMeta{Namespace: proto.String(namespace), Name: proto.String(name)}
}
