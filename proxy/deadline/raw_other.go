//go:build !linux || race

package deadline

import (
	"io"
	"syscall"
)

// These do what those of raw_linux.go do, known to the runtime, and to the race detector.

func read(fd uintptr, b []byte) (int, error) {
	n, err := syscall.Read(int(fd), b)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return max(0, n), err
}

func write(fd uintptr, b []byte) (int, error) {
	n, err := syscall.Write(int(fd), b)
	return max(0, n), err
}

func writeBoth(fd uintptr, first, second []byte) (int, error) {
	n, err := write(fd, first)
	if err != nil || n < len(first) {
		return n, err
	}
	m, err := write(fd, second)
	return n + m, err
}

func peek(fd uintptr) (int, error) {
	var b [1]byte
	n, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return max(0, n), err
}
