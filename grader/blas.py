"""How NumPy's linear algebra is told to take one thread.

So sums come out the same on any machine, here and in the students' processes. It is to be in the
environment before NumPy is imported.
"""

ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
