"""All that a student's process sees of the grader: no check, no answer, no path is in here.

These modules import only the standard library and NumPy. The trusted side uses `wire` too,
so that the two ends of the pipe have one codec.
"""
