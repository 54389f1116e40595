"""Trusted processes that do one job after the other, one process a core."""
