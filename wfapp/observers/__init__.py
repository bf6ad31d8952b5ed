"""Receivers of ``flow_event`` that ship: a log, and traces. Each is connected by the site, in one line."""
