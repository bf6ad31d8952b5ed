"""Links and messages: what leaves the site, through which channel, and how it gets there."""
