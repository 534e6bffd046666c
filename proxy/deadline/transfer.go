package deadline

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
)

// transfer is one direction of a connection: a read or a write at a time. It exists once a connection, and so costs no closure
// each time.
type transfer struct {
	what string
	call func(fd uintptr, b []byte) (int, error)
	step func(fd uintptr) (done bool) // x.try

	mu  sync.Mutex // held from the first attempt to the last, so that b, n and err are one caller's
	b   []byte
	n   int
	err error
}

// means says what the transfer does, before its first move.
func (x *transfer) means(what string, call func(fd uintptr, b []byte) (int, error)) {
	x.what, x.call, x.step = what, call, x.try
}

// move reads into b or writes from it, once, and waits until that is possible. It is given the connection's way to wait.
func (x *transfer) move(wait func(func(fd uintptr) bool) error, b []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(b) == 0 {
		return 0, nil
	}
	x.b, x.n, x.err = b, 0, nil
	err := wait(x.step)
	x.b = nil
	switch {
	case err != nil:
		return 0, err
	case errors.Is(x.err, io.EOF):
		return 0, io.EOF
	case x.err != nil:
		return 0, &net.OpError{Op: x.what, Net: "tcp", Err: os.NewSyscallError(x.what, x.err)}
	}
	return x.n, nil
}

func (x *transfer) try(fd uintptr) (done bool) {
	for {
		x.n, x.err = x.call(fd, x.b)
		if !errors.Is(x.err, syscall.EINTR) {
			return !errors.Is(x.err, syscall.EAGAIN)
		}
	}
}
