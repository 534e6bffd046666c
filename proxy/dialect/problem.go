package dialect

import "fmt"

// Problem is what is wrong with a request, in the words of the caller's own JSON.
type Problem struct {
	// Status is the HTTP status to answer with.
	Status int
	// Message is for the caller; it names the field or the byte.
	Message string
	// Offset is the byte of the body at which it was found, from 0.
	Offset int
}

// Error implements error.
func (p *Problem) Error() string { return p.Message }

func badRequest(offset int, format string, args ...any) *Problem {
	return &Problem{Status: 400, Message: fmt.Sprintf(format, args...), Offset: offset}
}
