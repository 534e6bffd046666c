package dialect

import "spillway/engine"

// Credential is the key a request carries, without "Bearer": from x-api-key or Authorization, whichever the dialect's
// API would use; "" when there is none.
func Credential(api engine.API, header func(name string) string) string { return "" }
