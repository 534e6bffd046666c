package engine

// Spent is what a client has spent when its request was admitted, that request included. What requests under way will have
// cost is estimated.
type Spent struct {
	// Minute and Hour end now; Day and Month are the calendar's, in UTC.
	Minute, Hour, Day, Month Spending
	// Share is the part of the client's tightest limit that is used, 0 to 1; 0 when it has no limit.
	Share float64
}

// Spending is so much of everything.
type Spending struct {
	Requests, Tokens int
	// Dollars is USD, as far as prices are known.
	Dollars float64
}
