"""grader: an autograder for deep-learning assignments written in NumPy."""

__version__ = "0.2.0"
