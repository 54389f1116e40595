"""Running code that we did not write, and getting nothing but plain data back from it."""
