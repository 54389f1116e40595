"""grader: an autograder for deep-learning assignments written in NumPy."""

__version__ = "0.3.0"
