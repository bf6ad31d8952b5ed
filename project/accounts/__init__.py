"""Accounts of the demo site: how people register, sign in, change or recover a password, and invite."""
