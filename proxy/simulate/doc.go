// Package simulate runs a scenario: an hour of traffic, outages and all, in a second.
//
// Simulated clients ask simulated targets on a virtual clock. Between them stands a contender: Spillway with a policy, which is
// the loop that serves live traffic, its gates, its parser and its relay; or nothing, for the built-in opponents. Whatever
// chance decides comes from the scenario's seed, whatever time decides from the virtual clock, and arithmetic is done so that every machine
// does it alike: the same seed gives the same [Report], to the byte.
//
// To hold a policy to something in a test:
//
//	scenario, err := simulate.Find("brownout", shipped)         // a file, or the name of a shipped one
//	report, err := simulate.Run(ctx, scenario, simulate.Policy(program), nil)
//	law, err := simulate.ParseLaw("success", ">= 99%")          // or "app.p95", "< 30s"; see Metrics
//	value, holds, err := law.Check(report)
//
// Read it in this order:
//
//	scenario.go    a scenario file: its targets (target.go, fault.go) and clients (client.go), with spread.go for what varies
//	find.go        a scenario by file or name
//	run.go         one contender, or several at once
//	contender.go   who they are
//	stage.go       a run: clients ask, one process of the virtual clock for each request
//	order.go       one request, and how its SDK tries again
//	proxied.go     asking through the loop; direct.go without it
//	server.go      a simulated target; answer.go what it says, wire.go in which bytes
//	prompt.go      what clients send
//	quantity.go    what chance decides; dice.go how
//	book.go        everything that happens is written down
//	report.go      what came of it; metric.go by name; law.go what it has to keep to; result.go of all contenders, table.go and page.go for people
package simulate
