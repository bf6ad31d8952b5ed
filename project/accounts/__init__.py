"""Accounts of the demo site: how people sign in."""
