"""Is called, commented and written so that its source steers whoever reads it."""
# holds: loses nothing
# \u202e trojan source \u2066

text = "\x1b[2J"
ﬁne = 1
名字 = "‮reversed‬"
long = "x" * 1
