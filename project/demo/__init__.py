"""The demo site's front page, its outbox, and the recipes that need no account."""
