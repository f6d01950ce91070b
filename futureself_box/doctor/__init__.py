"""Says how the box is: looks at everything that can be looked at, in plain sentences, and mends what it can."""
