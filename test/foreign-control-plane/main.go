// A control plane on the Envoy project's go-control-plane, for tests of our proxy: ADS in both modes on a port of the
// loopback, one snapshot for every node.
//
//	foreign-control-plane [PORT]     (0 or none: the system chooses)
//
// Standard input: one snapshot a line, {"version": "1", "resources": {TYPE_URL: [BASE64 of a message, …]}}.
// Standard output, a line each: {"port": 1}, then {"type_url": …, "version": …, "error": …} for each answer of a client
// (the version is given in state of the world alone, the error in refusals alone). It ends with its input.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log"
	"net"
	"os"
	"sync"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

const everybody = "everybody"

// A snapshot of a node that sends its configuration is some kilobytes; lines are read whole.
const maxLine = 64 << 20

type oneSnapshot struct{}

func (oneSnapshot) ID(*core.Node) string { return everybody }

type snapshotLine struct {
	Version   string              `json:"version"`
	Resources map[string][][]byte `json:"resources"`
}

type answerLine struct {
	TypeURL string `json:"type_url"`
	Version string `json:"version,omitempty"`
	Error   string `json:"error,omitempty"`
}

// Streams answer from goroutines of their own; each line is written whole.
type output struct {
	mutex   sync.Mutex
	encoder *json.Encoder
}

func (out *output) say(line any) {
	out.mutex.Lock()
	defer out.mutex.Unlock()
	if err := out.encoder.Encode(line); err != nil {
		log.Fatal(err)
	}
}

func (out *output) answer(typeURL, version, nonce string, refusal *status.Status) {
	if nonce != "" {
		out.say(answerLine{TypeURL: typeURL, Version: version, Error: refusal.GetMessage()})
	}
}

func main() {
	address := "127.0.0.1:0"
	if len(os.Args) > 1 {
		address = "127.0.0.1:" + os.Args[1]
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	out := &output{encoder: json.NewEncoder(os.Stdout)}
	snapshots := cache.NewSnapshotCache(true, oneSnapshot{}, nil)
	xds := server.NewServer(context.Background(), snapshots, server.CallbackFuncs{
		StreamRequestFunc: func(_ int64, request *discovery.DiscoveryRequest) error {
			out.answer(request.TypeUrl, request.VersionInfo, request.ResponseNonce, request.ErrorDetail)
			return nil
		},
		StreamDeltaRequestFunc: func(_ int64, request *discovery.DeltaDiscoveryRequest) error {
			out.answer(request.TypeUrl, "", request.ResponseNonce, request.ErrorDetail)
			return nil
		},
	})
	grpcServer := grpc.NewServer()
	discovery.RegisterAggregatedDiscoveryServiceServer(grpcServer, xds)
	go func() { log.Fatal(grpcServer.Serve(listener)) }()
	out.say(map[string]int{"port": listener.Addr().(*net.TCPAddr).Port})

	input := bufio.NewScanner(os.Stdin)
	input.Buffer(nil, maxLine)
	for input.Scan() {
		snapshot, err := parse(input.Bytes())
		if err == nil {
			err = snapshots.SetSnapshot(context.Background(), everybody, snapshot)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := input.Err(); err != nil {
		log.Fatal(err)
	}
}

func parse(text []byte) (*cache.Snapshot, error) {
	var line snapshotLine
	if err := json.Unmarshal(text, &line); err != nil {
		return nil, err
	}
	resources := map[string][]types.Resource{}
	for typeURL, bodies := range line.Resources {
		for _, body := range bodies {
			message, err := anypb.UnmarshalNew(&anypb.Any{TypeUrl: typeURL, Value: body}, proto.UnmarshalOptions{})
			if err != nil {
				return nil, err
			}
			resources[typeURL] = append(resources[typeURL], message)
		}
	}
	return cache.NewSnapshot(line.Version, resources)
}
