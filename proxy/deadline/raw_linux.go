//go:build !race

package deadline

import (
	"io"
	"syscall"
	"unsafe"
)

// The runtime is not told of these calls. It would watch each, and give the rest of the thread's work to another thread when one
// takes longer than some microseconds. That is made for calls that wait; these never do, as Go's sockets do not block, and where
// the processors are busy the handing over costs more than the call.

// read reads what is there. It gives EAGAIN when nothing is, and io.EOF at the end.
func read(fd uintptr, b []byte) (int, error) {
	n, err := outcome(syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b))))
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

// write writes as much as the system takes at once. It gives EAGAIN when that is nothing.
func write(fd uintptr, b []byte) (int, error) {
	return outcome(syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b))))
}

// writeBoth writes as much of two pieces as the system takes at once. It gives EAGAIN when that is nothing.
func writeBoth(fd uintptr, first, second []byte) (int, error) {
	pieces := [...]syscall.Iovec{
		{Base: unsafe.SliceData(first), Len: uint64(len(first))},
		{Base: unsafe.SliceData(second), Len: uint64(len(second))},
	}
	return outcome(syscall.RawSyscall(syscall.SYS_WRITEV, fd, uintptr(unsafe.Pointer(&pieces)), uintptr(len(pieces))))
}

// peek looks at the next byte and leaves it where it is. It gives EAGAIN when there is none, and 0 at the end.
func peek(fd uintptr) (int, error) {
	var b [1]byte
	return outcome(syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(&b)), uintptr(len(b)),
		syscall.MSG_PEEK|syscall.MSG_DONTWAIT, 0, 0))
}

func outcome(n, _ uintptr, err syscall.Errno) (int, error) {
	if err != 0 {
		return 0, err
	}
	return int(n), nil
}
