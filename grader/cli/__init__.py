"""The command line: the only room that prints, catches GraderError and picks exit codes."""

from grader.cli.main import main

__all__ = ["main"]
