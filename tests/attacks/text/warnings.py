"""Warns with hostile text, from a category with a hostile name."""
# holds: loses nothing

import warnings

kind = type("\x1b[2J<b>", (UserWarning,), {})
for text in ("\x1b[2J", "<script>alert(1)</script>", "=1+1", "{0}", "\u202e"):
    warnings.warn(text, kind, stacklevel=1)
