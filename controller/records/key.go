package records

import (
	"context"
	"crypto/rand"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// RandomKey is one that no other process has.
func RandomKey() []byte {
	key := make([]byte, 32)
	// It never fails.
	_, _ = rand.Read(key)
	return key
}

// Key reads the key that records are signed with from a Secret, which it makes
// where there is none.
func Key(ctx context.Context, client kubernetes.Interface, namespace, name string) ([]byte, error) {
	secrets := client.CoreV1().Secrets(namespace)
	there, err := secrets.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		key := RandomKey()
		_, err = secrets.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
			Data:       map[string][]byte{"key": key},
		}, metav1.CreateOptions{})
		if !apierrors.IsAlreadyExists(err) {
			return key, err
		}
		there, err = secrets.Get(ctx, name, metav1.GetOptions{})
	}
	if err != nil {
		return nil, err
	}
	if len(there.Data["key"]) < 16 {
		return nil, fmt.Errorf("the Secret %s/%s has no key of at least 16 bytes", namespace, name)
	}
	return there.Data["key"], nil
}
