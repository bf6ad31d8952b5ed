"""A payment server as shops know them, a process of its own: ``python -m project.payment_server``."""
