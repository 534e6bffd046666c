package hangup

import "golang.org/x/sys/unix"

// closedBehind says whether the other side has closed behind what it sent and nobody has read.
func closedBehind(fd uintptr) bool {
	polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	n, err := unix.Poll(polled, 0)
	return err == nil && n > 0 && polled[0].Revents&(unix.POLLRDHUP|unix.POLLHUP|unix.POLLERR) != 0
}
