package candidate

import (
	"sync"

	"spillway/engine"
	"spillway/engine/replay"
	"spillway/engine/runtime"
	"spillway/engine/table"
	"spillway/proxy/clock"
)

// waiting is how many decisions may wait to be compared.
const waiting = 1024

// Shadows has candidates decide what live policies have decided, on a goroutine of its own. Nothing that a candidate does
// reaches a request. Its methods are safe for concurrent use.
type Shadows struct {
	clock clock.Clock
	jobs  chan Job
	work  sync.WaitGroup

	mu     sync.RWMutex // guards the closing of jobs
	closed bool
}

// Job is one decision for a candidate to make as well.
type Job struct {
	Trial  *Trial
	Policy *runtime.Policy
	// Number of the decision among the request's, from 1.
	Number int
	// Input is what the live policy was asked, for use on another goroutine. Where that policy looked, the candidate sees what
	// it saw; elsewhere it sees the content and the world of Input.
	Input engine.Input
	// Live is what the live policy decided.
	Live engine.Decision
	// Late says that the request was over before something of it was looked at. It is called after the candidate has decided.
	Late func() bool
}

// NewShadows starts the goroutine.
func NewShadows(c clock.Clock) *Shadows {
	s := &Shadows{clock: c, jobs: make(chan Job, waiting)}
	s.work.Go(func() {
		for job := range s.jobs {
			s.compare(job)
		}
	})
	return s
}

// Try takes a job and never blocks: when the shadows are too far behind, it is counted as skipped.
func (s *Shadows) Try(job Job) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return
	}
	select {
	case s.jobs <- job:
	default:
		job.Trial.Skipped()
	}
}

// Close ends the goroutine when it has done what waits.
func (s *Shadows) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.jobs)
	}
	s.mu.Unlock()
	s.work.Wait()
}

func (s *Shadows) compare(job Job) {
	in := job.Input
	request := *in.Request
	world := replay.NewRecorded(in.Ctx.Now, replay.ReadsOf(job.Live.Reads), nil)
	world.Else, world.ElseContent = in.Ctx.World, request.Content
	request.Content, in.Request, in.Ctx.World = world, &request, world
	made := job.Policy.Decide(in)
	if job.Late() {
		job.Trial.Skipped()
		return
	}
	live, candidate := chosen(&job.Live), chosen(&made)
	change := replay.Compare(live, candidate)
	d := Difference{Request: request.ID, Number: job.Number, At: s.clock.Now(), Live: live, Candidate: candidate}
	if change != nil {
		d.Kind = change.Kind
	}
	job.Trial.Compared(change, d)
}

func chosen(d *engine.Decision) replay.Chosen {
	if d.Fault != nil {
		return replay.Chosen{Fault: d.Fault.Message, At: d.Fault.Position.String()}
	}
	return replay.Chosen{Action: table.Plain(d.Action), At: d.At.String()}
}
