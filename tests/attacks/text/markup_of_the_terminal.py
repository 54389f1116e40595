"""Writes what rich takes for markup, links and emoji."""
# holds: loses loss


def loss(a, y):
    raise ValueError("[bold][link=http://example.org]click[/link] [/] [red] :skull: [@click=x]y[/]")
