// Package account keeps what each client has spent, and refuses what is over its limits.
//
//	amount.go   so many requests, tokens and dollars
//	window.go   what was spent in a minute, an hour, a day and a month, and when there is room again
//	account.go  one client: hold what a request may cost, settle what it did cost
//	book.go     all clients, and the goroutine that saves them
//	store.go    the file
//
// No request waits for the file. What was spent is added to it once a second, with one fsync; so a crash loses at most the
// last second of everybody's spending, and an orderly stop loses nothing. Each time the file is opened, added to and closed
// again, so that two processes share it while one hands over to the next.
package account
