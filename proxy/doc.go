// Package proxy carries out over HTTP what policies decide. Be one request and read in this order:
//
//	handler.go      a request arrives: route, client, floors, deadline
//	receive.go      … and its body, once its headers were found good
//	strict.go       … unless it can be read in two ways; headers.go finds headers, announced.go what they say of patience and tries
//	loop/           decide, attempt, decide again, until an answer commits
//	early.go        keep a streaming client company while it waits
//	reply.go        the answer goes to the client, event by event
//	passthrough.go  the paths that no policy decides about
//	models.go       what all targets offer; counttokens.go how long a prompt is
//
// Around them:
//
//	snapshot/    configuration, vars and policies as one immutable set, pinned by each request; whose a key is
//	reload.go    a changed file becomes the next snapshot, or is rejected
//	senders.go   connections to targets, which outlive a snapshot
//	server.go    start and graceful stop; listener.go listens
//	defect.go    what is left of a request that panics
//	secure.go    TLS
//	spending.go  what a client may still spend; clientviews.go shows it
//	token.go     who may see the admin address
//	observe.go   what happened, for metrics and logs; gauges.go and clientmetrics.go are read at each scrape
//	access.go    one line for every request
//	ownkeys.go   the keys that targets have of their own
//	decisions.go the decision log
//	trial.go     a request's part in a shadow or canary; trialview.go tells of them
//	exports.go   OpenTelemetry, if it is on
//	admin.go     what operators see; views.go has its shapes
//	now.go       what the dashboard asks for, all at once
//	operate.go   what operators do
//
// and below, a folder for each concern: config, account, dialect, translate, trim, grammar, estimate, model, cost, fidelity, sse, failure, gate,
// target, trace, snapshot, candidate, metrics, journal, pulse, latency, telemetry, dashboard, hangup, deadline, clock, simtarget, simulate.
package proxy
