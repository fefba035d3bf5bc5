// Package serve answers the kubelet's probes and Prometheus.
package serve

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// A Check says why something is not as it should be; nil: it is.
type Check func() error

// Handler serves
//
//	/healthz  500 where the process should be started again
//	/readyz   503 until it can take its part of the work
//	/metrics  what there is to know
func Handler(healthy, ready Check, metrics prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", answer(healthy, http.StatusInternalServerError))
	mux.HandleFunc("GET /readyz", answer(ready, http.StatusServiceUnavailable))
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	return mux
}

func answer(check Check, otherwise int) http.HandlerFunc {
	return func(answer http.ResponseWriter, _ *http.Request) {
		if err := check(); err != nil {
			http.Error(answer, err.Error(), otherwise)
			return
		}
		_, _ = answer.Write([]byte("ok\n"))
	}
}

// Serve answers at a listener until ctx is done.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
