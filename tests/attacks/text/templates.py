"""Writes what templates, format strings, loggers and shells would fill in."""
# holds: loses loss mean_loss


def loss(a, y):
    raise ValueError("{name.__class__.__mro__} {0} {} %s %(x)s {{7*7}} {% raw %} ${x} $(id) {text}")


def mean_loss(losses):
    return "{{ config }} {{7*7}} {% include '/etc/passwd' %} {expected} ${jndi:ldap://x}"
