"""`futureself-box chat`: a phone in the terminal, with the same protocol as every other."""
