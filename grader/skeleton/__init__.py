"""A new assignment to begin with: small, whole and right."""
