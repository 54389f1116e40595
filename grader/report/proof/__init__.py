"""Showing what `grader verify` found: on a terminal, as a page, as JSON and as JUnit XML."""
