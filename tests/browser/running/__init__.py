"""Chromium before the demo site as it runs: two processes, and on CI a PostgreSQL behind them."""
