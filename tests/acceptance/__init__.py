"""Helpers of the end-to-end acceptance tests: independent answers on real and published input."""
