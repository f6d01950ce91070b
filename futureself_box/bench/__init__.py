"""`futureself-box bench`: what the box promises, measured on this machine with real parts."""
