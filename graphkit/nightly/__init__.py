"""The night: groups, measures and findings of one day, written as one run folder."""
