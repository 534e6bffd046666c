package trim

// message is what a survey knows of one.
type message struct {
	from, to  int  // where in the body it stands
	assistant bool // it is the assistant's
	stays     bool // no turn takes it along
	thinks    bool // it has thinking that may go
	answers   bool // it carries tool results
	open      bool // the assistant has said something since the loop began
	turns     int  // that have begun, the message's own with it
	loop      int  // the message with which the tool loop began that it is in
}
