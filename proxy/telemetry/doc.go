// Package telemetry exports traces and metrics over OTLP/HTTP, by the semantic conventions for generative AI
// (OpenTelemetry, "Semantic conventions for generative client AI spans" and "… metrics", in development, 2026).
//
//	settings.go    whether it is on, and where it exports to
//	telemetry.go   the exporters and their life
//	request.go     one request's spans: its own, one for each decision, one for each attempt
//	attributes.go  what spans and metrics say
//
// Texts of prompts, answers and targets' messages are never exported.
package telemetry
