"""Know your customer: a company hands in its papers, and staff approve them."""
