"""`python -m grader` is `grader`."""

import sys

# Python puts the working folder first, and it may be full of students' files.
if not sys.flags.safe_path:
    del sys.path[0]

from grader.cli import main

if __name__ == "__main__":
    sys.exit(main())
