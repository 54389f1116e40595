"""Learning platforms: what they hand us (`intake`), and what they take back."""
