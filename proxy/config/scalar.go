package config

import (
	"math"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// YAML's types of scalars that are told apart here.
const (
	tagNull  = "!!null"
	tagBool  = "!!bool"
	tagInt   = "!!int"
	tagFloat = "!!float"
)

const aText = "text"

// describe names what a value is, in the words of a fault.
func (n *node) describe() string {
	switch {
	case n.kind != isScalar:
		return string(n.kind)
	case n.tag == tagNull:
		return "nothing"
	case n.tag == tagBool:
		return "true or false"
	case n.tag == tagInt || n.tag == tagFloat:
		return "a number"
	default:
		return aText
	}
}

// parseDuration reads a positive duration with its unit.
func parseDuration(text string) (time.Duration, *problem) {
	if n, err := strconv.ParseFloat(text, 64); err == nil && n > 0 {
		return 0, &problem{"has no unit", "write " + text + "s or " + text + "ms"}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, &problem{"is no duration", "write one such as 500ms, 30s or 1h30m"}
	}
	if d <= 0 {
		return 0, &problem{"is not above zero", "write one such as 500ms, 30s or 1h30m"}
	}
	return d, nil
}

// amount is a decimal number and perhaps a unit.
var amount = regexp.MustCompile(`^(-?[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?) ?([A-Za-z%]*)$`)

// parseAmount reads a number with one of some units, each worth so much. what and example are for a fault.
func parseAmount(text, what, example string, units map[string]float64) (float64, *problem) {
	parts := amount.FindStringSubmatch(text)
	if parts == nil {
		return 0, &problem{"is no " + what, "write one such as " + example}
	}
	worth, ok := units[parts[2]]
	if !ok {
		return 0, &problem{"has no unit of a " + what, "write one such as " + example}
	}
	number, err := strconv.ParseFloat(strings.ReplaceAll(parts[1], "_", ""), 64)
	if err != nil || number*worth > 1<<50 {
		return 0, &problem{"is too large", ""}
	}
	return number * worth, nil
}

// parseSize reads a number of bytes with its unit: MB is a million of them, MiB 1024 * 1024.
func parseSize(text string) (int64, *problem) {
	const what, example = "size", "32MB"
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return 0, &problem{"has no unit", "write one such as " + example}
	}
	n, p := parseAmount(text, what, example, map[string]float64{
		"B": 1, "KB": 1e3, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
	})
	return int64(n), firstProblem(p, wholeAndPositive(n))
}

// parseCount reads a whole positive number; k, M and G stand for thousands, millions and milliards.
func parseCount(text string) (int, *problem) {
	const what, example = "number", "10000, 10k or 200M"
	n, p := parseAmount(text, what, example, map[string]float64{"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9})
	return int(n), firstProblem(p, wholeAndPositive(n))
}

func wholeAndPositive(n float64) *problem {
	if n < 1 || n != math.Trunc(n) {
		return &problem{"is not whole, or less than 1", ""}
	}
	return nil
}

func firstProblem(problems ...*problem) *problem {
	for _, p := range problems {
		if p != nil {
			return p
		}
	}
	return nil
}

// parsePercent reads a share, 0% to 100%, as 0 to 1.
func parsePercent(text string) (float64, *problem) {
	n, p := parseAmount(text, "percentage", "20%", map[string]float64{"%": 1})
	if p == nil && (n < 0 || n > 100) {
		p = &problem{"is not between 0% and 100%", ""}
	}
	return n / 100, p
}

// parsePrice reads an amount of money.
func parsePrice(text string) (float64, *problem) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= 1e9) {
		return 0, &problem{"is no price", "write USD per million tokens as a plain number, such as 2.5"}
	}
	return n, nil
}

// oneOf reads one of a few words.
func oneOf[W ~string](words ...W) func(string) (W, *problem) {
	return func(text string) (W, *problem) {
		names := make([]string, len(words))
		for i, w := range words {
			if string(w) == text {
				return w, nil
			}
			names[i] = string(w)
		}
		return "", &problem{"is not known here", suggest(text, names)}
	}
}

// parseAddress reads a host:port to listen on. An absent host means every address of the machine.
func parseAddress(text string) (string, *problem) {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", &problem{"is no host:port", "write one such as 127.0.0.1:5290"}
	}
	return text, nil
}

// openToAll refuses an address that others can reach while nobody needs a key.
func openToAll(address string, noClients bool) *problem {
	host, _, _ := net.SplitHostPort(address)
	ip, err := netip.ParseAddr(host)
	if !noClients || host == "localhost" || err == nil && ip.IsLoopback() {
		return nil
	}
	return &problem{
		"can be reached by others, and without `clients` all of them may use the targets' credentials",
		"listen on 127.0.0.1, or give each client a key under `clients`",
	}
}

// sameAddress refuses one address for two listeners. Port 0 is any free port.
func sameAddress(listen, admin string) *problem {
	if listen != admin || strings.HasSuffix(listen, ":0") {
		return nil
	}
	return &problem{"is the address of both `listen` and `admin`", "give one of them another port"}
}

// names go into headers, metrics and logs.
var properName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func checkName(r *report, name string, at *node) bool {
	if !at.broken && !properName.MatchString(name) {
		r.fault(at, &problem{quote(at.raw) + " is no good name", "use up to 64 letters, digits, dots, dashes and underscores"})
	}
	return !at.broken
}
