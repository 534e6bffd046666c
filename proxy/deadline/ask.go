package deadline

import (
	"errors"
	"fmt"
	"syscall"
)

// Ask writes a question, in two pieces, and waits until there is something to read: the answer, or the end.
//
// It is a Write and the wait of the following Read with two system calls less. A Read begins by looking whether there is data
// already, which cannot be there so soon after a question. That look may be left out only because the question is written after
// the poller has been made ready for the answer, which is what RawConn.Read does before it calls back.
func (c *Conn) Ask(head, body []byte) error {
	asked := false
	written, failed := 0, error(nil)
	for {
		err := c.raw.Read(func(fd uintptr) (done bool) {
			if asked {
				return true
			}
			asked = true
			written, failed = send(fd, head, body)
			return failed != nil || written < len(head)+len(body)
		})
		switch {
		case failed != nil:
			return failed
		case written < len(head)+len(body):
			return c.rest(written, head, body)
		case err == nil:
			return nil
		case !c.read.early(err):
			return fmt.Errorf("wait for an answer: %w", err)
		}
	}
}

// send writes as much as the system takes at once.
func send(fd uintptr, head, body []byte) (n int, err error) {
	if len(body) == 0 {
		n, err = write(fd, head)
	} else {
		n, err = writeBoth(fd, head, body)
	}
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		return max(0, n), nil
	}
	return max(0, n), err
}

// rest writes what the system did not take at once.
func (c *Conn) rest(written int, head, body []byte) error {
	for _, piece := range [...][]byte{head[min(written, len(head)):], body[max(0, written-len(head)):]} {
		if len(piece) > 0 {
			if _, err := c.Write(piece); err != nil {
				return err
			}
		}
	}
	return nil
}
