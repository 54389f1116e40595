"""grader: an autograder for deep-learning assignments written in NumPy."""

__version__ = "0.4.0"
