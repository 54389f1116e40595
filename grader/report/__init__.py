"""Reports as people and programs read them: each module is a function over the same record."""
