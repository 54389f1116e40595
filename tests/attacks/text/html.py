"""Writes HTML and scripts wherever a page shows what a student wrote."""
# <script>document.title = "owned"</script><img src=x onerror=alert(1)>
# holds: loses loss mean_loss


class Owned(Exception):
    pass


Owned.__name__ = "<script>alert(1)</script>"


def loss(a, y):
    raise Owned("</pre></code><img src=x onerror=alert(1)><!-- --><svg/onload=alert(1)>")


def mean_loss(losses):
    return "</script><script>alert(1)</script><iframe src='//example.org'>"
