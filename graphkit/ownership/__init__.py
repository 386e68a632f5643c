"""Control, interest and beneficial owners on the ownership graph."""
