package runtime

import "spillway/engine"

const spentPath = "request.client.spent"

// spentShape records its own reads: a policy gets a new object each time it looks.
var spentShape = newShape(spentPath, false,
	field[engine.Spent]{name: "minute", read: func(_ *call, s engine.Spent) any { return part[engine.Spending]{minuteShape, s.Minute} }},
	field[engine.Spent]{name: "hour", read: func(_ *call, s engine.Spent) any { return part[engine.Spending]{hourShape, s.Hour} }},
	field[engine.Spent]{name: "day", read: func(_ *call, s engine.Spent) any { return part[engine.Spending]{dayShape, s.Day} }},
	field[engine.Spent]{name: "month", read: func(_ *call, s engine.Spent) any { return part[engine.Spending]{monthShape, s.Month} }},
	field[engine.Spent]{name: "share", read: func(c *call, s engine.Spent) any { return c.sawOnce(spentPath+".share", s.Share) }},
)

var (
	minuteShape = spendingShape(spentPath + ".minute")
	hourShape   = spendingShape(spentPath + ".hour")
	dayShape    = spendingShape(spentPath + ".day")
	monthShape  = spendingShape(spentPath + ".month")
)

func spendingShape(path string) *shape[engine.Spending] {
	return newShape(path, false,
		field[engine.Spending]{name: "requests", read: func(c *call, s engine.Spending) any { return c.sawOnce(path+".requests", s.Requests) }},
		field[engine.Spending]{name: "tokens", read: func(c *call, s engine.Spending) any { return c.sawOnce(path+".tokens", s.Tokens) }},
		field[engine.Spending]{name: "dollars", read: func(c *call, s engine.Spending) any { return c.sawOnce(path+".dollars", s.Dollars) }},
	)
}

// sawOnce records a value that no view keeps count of, and returns it. A nil call records nothing.
func (c *call) sawOnce(name string, value any) any {
	if c != nil && !c.hasSeen(name) {
		c.saw(name, value)
	}
	return value
}
