package simtarget_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"spillway/proxy/simtarget"
)

func BenchmarkMessage(b *testing.B) {
	s, err := simtarget.Start(simtarget.Config{Behaviour: simtarget.Message("A short answer."), Keep: -1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	request := post(`{"model":"m","messages":[{"role":"user","content":"`+strings.Repeat("x", 900)+`"}]}`, manners)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
		if err != nil {
			b.Error(err)
			return
		}
		defer conn.Close()
		in := bufio.NewReader(conn)
		for pb.Next() {
			io.WriteString(conn, request)
			resp, err := http.ReadResponse(in, nil)
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body)
		}
	})
}
