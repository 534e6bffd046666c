package config

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"spillway/proxy/form"
)

// parseAddress reads a host:port to listen on. An absent host means every address of the machine.
func parseAddress(text string) (string, *form.Problem) {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", form.Wrong("is no host:port", "write one such as 127.0.0.1:5290")
	}
	return text, nil
}

// CheckAddress says what is wrong with a host:port to listen on; nil when nothing is.
func CheckAddress(text string) error {
	_, p := parseAddress(text)
	if p == nil {
		return nil
	}
	p = p.Of(text)
	return fmt.Errorf("%s (%s)", p.Message, p.Hint)
}

// openToAll refuses an address that others can reach while nobody needs a key.
func openToAll(address string, noClients bool) *form.Problem {
	if !noClients || loopback(address) {
		return nil
	}
	return form.Wrong(
		"can be reached by others, and without `clients` all of them may use the targets' credentials",
		"listen on 127.0.0.1, or give each client a key under `clients`",
	)
}

// unguarded refuses an admin address that others can reach while it asks for no token.
func unguarded(address string, noToken bool) *form.Problem {
	if !noToken || loopback(address) {
		return nil
	}
	return form.Wrong(
		"can be reached by others, and without `admin_token` all of them may see every request and pause targets",
		"listen on 127.0.0.1, or set `admin_token`, such as ${SPILLWAY_ADMIN_TOKEN}",
	)
}

// loopback says whether only this machine can reach an address.
func loopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// sameAddress refuses one address for two listeners. Port 0 is any free port.
func sameAddress(listen, admin string) *form.Problem {
	if listen != admin || strings.HasSuffix(listen, ":0") {
		return nil
	}
	return form.Wrong("is the address of both `listen` and `admin`", "give one of them another port")
}
