"""In a notebook: the cells run so far are graded, and the result is shown below the cell.

What runs in the notebook's kernel (`kernel`) only collects sources and starts a process of our
own (`__main__`), which grades them as `grader check` would grade the notebook.
"""
