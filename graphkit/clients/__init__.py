"""Which clients are one client, and why."""
