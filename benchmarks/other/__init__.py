"""The alternatives that graphkit is timed against: each a process of its own, with one answer."""
