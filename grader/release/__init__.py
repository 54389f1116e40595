"""What students receive, made from the reference answer."""
