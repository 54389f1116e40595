"""Many submissions -> reports, kept as they come: here on all cores, or on a cluster."""
