"""A small shop: products, orders, and the checkout."""
