"""Proving an assignment: that it is right, tight and fair before students see it."""
